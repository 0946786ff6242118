package dev.fusedvae.bench.gpu;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.backend.Examples;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Epochs of training by the wall clock, all engines in turns: an epoch of each, then again.
///
///     Epochs RESULT.json DATA ROUNDS NET:BATCH,... ENGINE,...
///
/// The first turn, which compiles, uploads and captures, is reported apart.
final class Epochs {
    private final Report report;
    private final Examples examples;
    private final int rounds;

    private Epochs(Report report, Examples examples, int rounds) {
        this.report = report;
        this.examples = examples;
        this.rounds = rounds;
    }

    public static void main(String[] args) {
        Report report = new Report(args[0]);
        report.root().put("data", args[1]).put("rounds", Integer.parseInt(args[2]));
        report.root().put("clock", "wall, run() of a whole epoch with one synchronisation every 64 steps or less");
        Epochs epochs = new Epochs(report, Report.examples(args[1]), Integer.parseInt(args[2]));
        for (String net : args[3].split(",")) {
            epochs.net(net.split(":")[0], Integer.parseInt(net.split(":")[1]), Engine.parseAll(args[4]));
        }
        report.end();
    }

    private void net(String net, int batch, List<Engine> engines) {
        Map<Runner, ObjectNode> runners = new LinkedHashMap<>();
        for (Engine engine : engines) {
            ObjectNode row = report.row(net + " batch " + batch + " " + engine.name());
            row.put("net", net).put("batch", batch).put("engine", engine.name());
            try {
                Runner runner = new Runner(engine.open(), engine.level(), net, batch, examples, examples.count());
                row.put("device", runner.device()).put("steps", runner.stepsPerEpoch()).put("launches", runner.executable().plan().launches());
                row.put("arenaBytes", runner.executable().arenaBytes());
                row.put("firstEpochSeconds", runner.seconds(runner.stepsPerEpoch()));
                runners.put(runner, row);
            } catch (RuntimeException e) {
                report.fail(row, e.toString());
            }
        }
        Map<Runner, List<Double>> seconds = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            runners.forEach((r, row) -> seconds.computeIfAbsent(r, x -> new ArrayList<>()).add(r.seconds(r.stepsPerEpoch())));
        }
        runners.forEach((r, row) -> finish(r, row, seconds.get(r)));
        runners.keySet().forEach(Runner::close);
    }

    private static void finish(Runner runner, ObjectNode row, List<Double> seconds) {
        double[] all = seconds.stream().mapToDouble(Double::doubleValue).toArray();
        double[] micros = Arrays.stream(all).map(s -> 1e6 * s / runner.stepsPerEpoch()).toArray();
        Report.spread(row, "epochSeconds", all);
        Report.spread(row, "stepMicros", micros);
        row.put("launchMicros", row.at("/stepMicros/median").asDouble() / row.path("launches").asInt());
        row.put("loss", runner.loss(runner.stepsPerEpoch() - 2)); // the last full batch
        System.out.printf("%-40s %10.2f us a step (%.2f..%.2f)%n", row.path("name").asText(), row.at("/stepMicros/median").asDouble(),
                row.at("/stepMicros/min").asDouble(), row.at("/stepMicros/max").asDouble());
    }
}
