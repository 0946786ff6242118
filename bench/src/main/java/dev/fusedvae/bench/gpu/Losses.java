package dev.fusedvae.bench.gpu;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.bench.Contestant;
import dev.fusedvae.bench.Course;
import dev.fusedvae.bench.Proof;
import dev.fusedvae.bench.Side;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.run.CudaChoice;
import dev.fusedvae.spec.FusionLevel;
import java.util.List;

/// The first losses of a training on the device against those of the CPU path.
///
///     Losses RESULT.json DATA STEPS NET:BATCH,... ENGINE,...
///
/// cuRAND's normals are other numbers of the same distribution, so losses with them are only close.
final class Losses {
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
        report.root().put("data", args[1]).put("steps", Integer.parseInt(args[2])).put("tolerance", Proof.LOSS_TOLERANCE).put("toleranceOfOtherNoise", OTHER_NOISE);
        Losses losses = new Losses(report, Report.examples(args[1]), Integer.parseInt(args[2]));
        for (String net : args[3].split(",")) {
            losses.net(net.split(":")[0], Integer.parseInt(net.split(":")[1]), Engine.parseAll(args[4]));
        }
        report.end();
    }

    private void net(String net, int batch, List<Engine> engines) {
        Course course = new Course(net, batch, examples, Steps.WINDOW);
        Side cpu = new Side("cpu", Fusion.of(FusionLevel.NONE), () -> new CpuBackend(Runtime.getRuntime().availableProcessors()));
        double[] expected = losses(Contestant.training(cpu, course, 1));
        put(report.row(net + ":" + batch + " cpu"), expected);
        for (Engine engine : engines) {
            ObjectNode row = report.row(net + ":" + batch + " " + engine.name());
            try {
                Contestant contestant = Contestant.training(engine.side(), course, 1);
                row.put("device", contestant.device());
                double[] actual = losses(contestant);
                put(row, actual);
                judge(row, expected, actual, engine.choice().vendor().contains(CudaChoice.Vendor.NOISE) ? OTHER_NOISE : Proof.LOSS_TOLERANCE);
            } catch (RuntimeException e) {
                report.fail(row, e.toString());
            }
        }
    }

    private double[] losses(Contestant contestant) {
        try (contestant) {
            return contestant.losses(steps);
        }
    }

    private static void put(ObjectNode row, double[] losses) {
        for (double loss : losses) {
            row.withArray("/losses").add(loss);
        }
    }

    private void judge(ObjectNode row, double[] expected, double[] actual, double tolerance) {
        double worst = Proof.worst(expected, actual);
        row.put("worstRelativeError", worst);
        System.out.printf("%-44s worst relative error of %d losses %.2e%n", row.path("name").asText(), expected.length, worst);
        if (!(worst <= tolerance)) {
            report.fail(row, "losses differ from the CPU's by " + worst + ", over " + tolerance);
        }
    }
}
