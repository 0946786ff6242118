package dev.fusedvae.bench.gpu;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.backend.CudaChoice;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.fuse.FusionLevel;
import java.util.List;

/// The first losses of a training on the device against those of the CPU path.
///
///     Losses RESULT.json DATA STEPS NET:BATCH,... ENGINE,...
///
/// cuRAND's normals are other numbers of the same distribution, so its losses are only near.
final class Losses {
    private static final double TOLERANCE = 1e-4;
    private static final double OTHER_NOISE = 2e-2;

    private final Report report;
    private final Examples examples;
    private final int steps;

    private Losses(Report report, Examples examples, int steps) {
        this.report = report;
        this.examples = examples;
        this.steps = steps;
    }

    public static void main(String[] args) {
        Report report = new Report(args[0]);
        report.root().put("data", args[1]).put("steps", Integer.parseInt(args[2])).put("tolerance", TOLERANCE).put("toleranceOfOtherNoise", OTHER_NOISE);
        Losses losses = new Losses(report, Report.examples(args[1]), Integer.parseInt(args[2]));
        for (String net : args[3].split(",")) {
            losses.net(net.split(":")[0], Integer.parseInt(net.split(":")[1]), Engine.parseAll(args[4]));
        }
        report.end();
    }

    private void net(String net, int batch, List<Engine> engines) {
        CpuBackend cpu = new CpuBackend(Runtime.getRuntime().availableProcessors());
        double[] expected = losses(new Runner(cpu, Fusion.of(FusionLevel.NONE), net, batch, examples, examples.count()), steps);
        put(report.row(net + ":" + batch + " cpu"), expected);
        for (Engine engine : engines) {
            ObjectNode row = report.row(net + ":" + batch + " " + engine.name());
            try {
                Runner runner = new Runner(engine, net, batch, examples, examples.count());
                row.put("device", runner.device());
                double[] actual = losses(runner, steps);
                put(row, actual);
                judge(row, expected, actual, engine.choice().vendor().contains(CudaChoice.Vendor.NOISE) ? OTHER_NOISE : TOLERANCE);
            } catch (RuntimeException e) {
                report.fail(row, e.toString());
            }
        }
    }

    private static double[] losses(Runner runner, int steps) {
        try (runner) {
            runner.seconds(steps);
            double[] losses = new double[steps];
            for (int i = 0; i < steps; i++) {
                losses[i] = runner.loss(i);
            }
            return losses;
        }
    }

    private static void put(ObjectNode row, double[] losses) {
        for (double loss : losses) {
            row.withArray("/losses").add(loss);
        }
    }

    private void judge(ObjectNode row, double[] expected, double[] actual, double tolerance) {
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            double error = Math.abs(actual[i] - expected[i]) / Math.abs(expected[i]);
            worst = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(worst, error);
        }
        row.put("worstRelativeError", worst);
        System.out.printf("%-44s worst relative error of %d losses %.2e%n", row.path("name").asText(), expected.length, worst);
        if (!(worst <= tolerance)) {
            report.fail(row, "losses differ from the CPU's by " + worst + ", over " + tolerance);
        }
    }
}
