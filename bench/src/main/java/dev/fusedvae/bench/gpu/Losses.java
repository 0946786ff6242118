package dev.fusedvae.bench.gpu;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.fuse.FusionLevel;

/// The first losses of a training on the device against those of the CPU path.
///
///     Losses RESULT.json DATA NET:BATCH STEPS ENGINE,...
final class Losses {
    private static final double TOLERANCE = 1e-4;

    private Losses() {}

    public static void main(String[] args) {
        Report report = new Report(args[0]);
        Examples examples = Report.examples(args[1]);
        String[] net = args[2].split(":");
        int steps = Integer.parseInt(args[3]);
        report.root().put("data", args[1]).put("net", args[2]).put("steps", steps).put("tolerance", TOLERANCE);
        double[] expected = losses(new Runner(new CpuBackend(2), FusionLevel.NONE, net[0], Integer.parseInt(net[1]), examples, examples.count()), steps);
        ObjectNode cpu = report.row("cpu");
        put(cpu, expected);
        for (Engine engine : Engine.parseAll(args[4])) {
            ObjectNode row = report.row(engine.name());
            try {
                Runner runner = new Runner(engine.open(), engine.level(), net[0], Integer.parseInt(net[1]), examples, examples.count());
                row.put("device", runner.device());
                double[] actual = losses(runner, steps);
                put(row, actual);
                judge(report, row, expected, actual);
            } catch (RuntimeException e) {
                report.fail(row, e.toString());
            }
        }
        report.end();
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

    private static void judge(Report report, ObjectNode row, double[] expected, double[] actual) {
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            double error = Math.abs(actual[i] - expected[i]) / Math.abs(expected[i]);
            worst = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(worst, error);
        }
        row.put("worstRelativeError", worst);
        System.out.printf("%-24s worst relative error of %d losses %.2e%n", row.path("name").asText(), expected.length, worst);
        if (worst > TOLERANCE) {
            report.fail(row, "losses differ from the CPU's by " + worst + ", over " + TOLERANCE);
        }
    }
}
