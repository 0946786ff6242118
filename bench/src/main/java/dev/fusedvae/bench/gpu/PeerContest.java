package dev.fusedvae.bench.gpu;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.bench.Contestant;
import dev.fusedvae.bench.Nets;
import dev.fusedvae.bench.Peer;
import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.PeerTable;
import dev.fusedvae.lab.Samples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The engine against PyTorch and JAX on the same device, in turns: A B C A B C ..., a sample a turn.
///
///     PeerContest RESULT.json DATA ROUNDS NET:BATCH,... ENGINE PEER:MODE,... PYTHON FOLDER OPTION...
///
/// FOLDER holds torch_vae.py and jax_vae.py. As with the peers' drop_last, all run full batches only. A turn is an epoch's
/// steps, at most 400. Modes that take given noise first show the same losses on equal weights, examples and noise.
final class PeerContest {
    private static final int LONGEST_TURN = 400;
    /// The modes that are cheap to start anew on given noise; the others run the same code, compiled or captured.
    private static final List<String> SHOWN = List.of("eager", "jit");
    private static final double LOSS_TOLERANCE = 1e-4;

    private final Examples examples;
    private final int rounds;
    private final Engine engine;
    private final Map<String, Peer> peers;
    private final List<String> modes;

    private PeerContest(Examples examples, int rounds, Engine engine, Map<String, Peer> peers, List<String> modes) {
        this.examples = examples;
        this.rounds = rounds;
        this.engine = engine;
        this.peers = peers;
        this.modes = modes;
    }

    public static void main(String[] args) {
        Engine engine = Engine.parse(args[4]);
        Results results = new Results(args[0], "peers", engine.device());
        results.note("data", args[1]);
        results.note("clock", "wall, to the end of the work on the device");
        List<String> modes = List.of(args[5].split(","));
        Map<String, Peer> peers = new LinkedHashMap<>();
        for (String name : modes.stream().map(m -> m.split(":")[0]).distinct().toList()) {
            try {
                peers.put(name, Peer.start(name, Path.of(args[6]), Path.of(args[7], name + "_vae.py"), List.of(args).subList(8, args.length)));
                results.note(name, peers.get(name).describe());
            } catch (Peer.Absent e) {
                results.note(name, e.getMessage());
            }
        }
        PeerContest contest = new PeerContest(Report.examples(args[1]), Integer.parseInt(args[2]), engine, peers, modes);
        for (String net : args[3].split(",")) {
            results.add(contest.row(net.split(":")[0], Integer.parseInt(net.split(":")[1])));
        }
        peers.values().forEach(Peer::close);
        results.end();
    }

    private BenchResults.Row row(String net, int batch) {
        Map<String, List<Double>> millis = new LinkedHashMap<>();
        Map<String, String> failed = new LinkedHashMap<>();
        Map<String, String> facts = new LinkedHashMap<>();
        same(net, batch, failed, facts);
        try (Runner runner = new Runner(engine, net, batch, examples, examples.count() / batch * batch)) {
            int steps = Math.min(LONGEST_TURN, runner.stepsPerEpoch());
            for (int round = 0; round <= rounds; round++) { // the first one warms up
                keep(millis, PeerTable.OURS, 1e3 * runner.seconds(steps) / steps, round);
                facts.put("loss " + PeerTable.OURS, String.format(Locale.ROOT, "%.2f", runner.loss(steps - 1)));
                for (String mode : modes) {
                    Optional<JsonNode> answer = ask(mode, "step %s " + net + " " + batch + " " + steps, failed);
                    if (answer.isPresent()) {
                        keep(millis, who(mode), answer.get().path("msMedian").asDouble(), round);
                        facts.put("loss " + who(mode), String.format(Locale.ROOT, "%.2f", answer.get().path("loss").asDouble()));
                    }
                }
            }
        } catch (RuntimeException e) {
            failed.put(PeerTable.OURS, e.toString());
        }
        List<BenchResults.Series> series = new ArrayList<>(List.of(series(PeerTable.OURS, engine.name(), millis, failed)));
        modes.forEach(mode -> series.add(series(who(mode), mode.split(":")[1], millis, failed)));
        series.forEach(s -> s.samples().ifPresent(all -> System.out.printf(Locale.ROOT, "%-14s %-20s %10.2f us a step%n", net + ":" + batch, s.who(), 1e3 * all.median())));
        return new BenchResults.Row("train " + net + ", batch " + batch, "ms", series, facts);
    }

    private static BenchResults.Series series(String who, String ran, Map<String, List<Double>> millis, Map<String, String> failed) {
        boolean ok = millis.containsKey(who) && !failed.containsKey(who);
        return new BenchResults.Series(who, ok ? ran : "failed: " + failed.getOrDefault(who, "no time left"), ok ? Optional.of(Samples.of(millis.get(who))) : Optional.empty());
    }

    private static String who(String mode) {
        return mode.replace(':', ' ');
    }

    private static void keep(Map<String, List<Double>> millis, String who, double value, int round) {
        if (round > 0) {
            millis.computeIfAbsent(who, w -> new ArrayList<>()).add(value);
        }
    }

    /// Asks the peer of `mode`, unless it failed before; `command` has a place for the mode.
    private Optional<JsonNode> ask(String mode, String command, Map<String, String> failed) {
        String who = who(mode);
        if (failed.containsKey(who)) {
            return Optional.empty();
        }
        String[] parts = mode.split(":");
        if (!peers.containsKey(parts[0])) {
            failed.put(who, parts[0] + " did not start; the environment says why");
            return Optional.empty();
        }
        try {
            return Optional.of(peers.get(parts[0]).ask(command.formatted(parts[1])));
        } catch (Peer.Absent e) {
            failed.put(who, e.getMessage());
            return Optional.empty();
        }
    }

    /// The first losses on equal weights, examples and noise; where they differ the row has times and no ratio.
    private void same(String net, int batch, Map<String, String> failed, Map<String, String> facts) {
        try (Contestant ours = Contestant.training(engine.open(), Nets.spec(net), batch, examples, 1)) {
            Path start = Files.createTempFile("fusedvae-start", ".npz");
            try {
                ours.export(start);
                double[] losses = ours.firstLosses();
                for (String mode : modes.stream().filter(m -> SHOWN.contains(m.split(":")[1])).toList()) {
                    ask(mode, "same %s " + net + " " + batch + " " + start, failed).ifPresent(a -> judge(who(mode), Contestant.worst(losses, a.get("losses")), facts));
                }
            } finally {
                Files.delete(start);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot hand the start of a contest to the peers", e);
        } catch (RuntimeException e) {
            facts.put("noRatio", "equal losses were not shown: " + e);
        }
    }

    private static void judge(String who, double worst, Map<String, String> facts) {
        facts.put("losses differ, " + who, String.format(Locale.ROOT, "%.1e", worst));
        if (!(worst <= LOSS_TOLERANCE)) {
            facts.merge("noRatio", "losses of " + who + " differ by " + worst, (a, b) -> a + "; " + b);
        }
    }
}
