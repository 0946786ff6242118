package dev.fusedvae.bench.gpu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.bench.Peer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The engine against PyTorch on the same device, in turns: A B C A B C ..., medians of the turns.
///
///     PeerContest RESULT.json DATA ROUNDS NET:BATCH,... ENGINE,... MODE,... PYTHON torch_vae.py OPTION...
///
/// As with the peer's drop_last, both sides run full batches only. A turn is an epoch's steps, at most 400.
final class PeerContest {
    private static final int LONGEST_TURN = 400;

    private final Report report;
    private final Examples examples;
    private final int rounds;
    private final Peer torch;

    private PeerContest(Report report, Examples examples, int rounds, Peer torch) {
        this.report = report;
        this.examples = examples;
        this.rounds = rounds;
        this.torch = torch;
    }

    public static void main(String[] args) throws Peer.Absent {
        Report report = new Report(args[0]);
        int rounds = Integer.parseInt(args[2]);
        report.root().put("data", args[1]).put("rounds", rounds).put("clock", "wall, to the end of the work on the device");
        try (Peer torch = Peer.start("torch", Path.of(args[6]), Path.of(args[7]), List.of(args).subList(8, args.length))) {
            report.root().put("torch", torch.describe());
            PeerContest contest = new PeerContest(report, Report.examples(args[1]), rounds, torch);
            for (String net : args[3].split(",")) {
                contest.net(net, Engine.parseAll(args[4]), List.of(args[5].split(",")));
            }
        }
        report.end();
    }

    private void net(String net, List<Engine> engines, List<String> modes) {
        String name = net.split(":")[0];
        int batch = Integer.parseInt(net.split(":")[1]);
        int steps = Math.min(LONGEST_TURN, examples.count() / batch);
        Map<String, List<Double>> micros = new LinkedHashMap<>();
        Map<String, String> failed = new LinkedHashMap<>();
        Map<String, Double> losses = new LinkedHashMap<>();
        Map<String, Runner> runners = open(name, batch, engines, failed);
        for (int round = 0; round <= rounds; round++) { // the first one warms up
            for (Map.Entry<String, Runner> e : runners.entrySet()) {
                double seconds = e.getValue().seconds(Math.min(steps, e.getValue().stepsPerEpoch()));
                add(micros, e.getKey(), 1e6 * seconds / steps, round);
                losses.put(e.getKey(), e.getValue().loss(steps - 1));
            }
            for (String mode : modes) {
                String who = "torch " + mode;
                try {
                    JsonNode answer = torch.ask("step %s %s %d %d".formatted(mode, name, batch, steps));
                    add(micros, who, 1e3 * answer.path("msMedian").asDouble(), round);
                    losses.put(who, answer.path("loss").asDouble());
                } catch (Peer.Absent e) {
                    failed.put(who, e.getMessage());
                }
            }
        }
        runners.values().forEach(Runner::close);
        micros.forEach((who, all) -> {
            ObjectNode row = report.row(net + " " + who);
            Report.spread(row, "stepMicros", all.stream().mapToDouble(Double::doubleValue).toArray());
            row.put("net", name).put("batch", batch).put("who", who).put("lossNow", losses.get(who));
            System.out.printf("%-48s %10.2f us a step%n", net + " " + who, row.at("/stepMicros/median").asDouble());
        });
        failed.forEach((who, why) -> report.fail(report.row(net + " " + who), why));
    }

    private Map<String, Runner> open(String name, int batch, List<Engine> engines, Map<String, String> failed) {
        Map<String, Runner> runners = new LinkedHashMap<>();
        for (Engine engine : engines) {
            try {
                runners.put("fusedvae " + engine.name(),
                        new Runner(engine.open(), engine.level(), name, batch, examples, examples.count() / batch * batch));
            } catch (RuntimeException e) {
                failed.put("fusedvae " + engine.name(), e.toString());
            }
        }
        return runners;
    }

    private static void add(Map<String, List<Double>> micros, String who, double value, int round) {
        if (round > 0) {
            micros.computeIfAbsent(who, w -> new ArrayList<>()).add(value);
        }
    }
}
