package dev.fusedvae.bench.gpu;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.bench.Contestant;
import dev.fusedvae.bench.Course;
import dev.fusedvae.bench.Nets;
import dev.fusedvae.bench.Peer;
import dev.fusedvae.bench.Proof;
import dev.fusedvae.bench.Rival;
import dev.fusedvae.bench.Side;
import dev.fusedvae.bench.Turns;
import dev.fusedvae.lab.BenchResults;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The engine against PyTorch and JAX on the same device, in [Turns]; a row has a ratio where [Proof] allows one.
///
///     PeerContest RESULT.json DATA ROUNDS NET:BATCH[:times],... ENGINE PEER:MODE,... PYTHON FOLDER OPTION...
///
/// FOLDER holds torch_vae.py and jax_vae.py; OPTION, handed to both, names the images of DATA for training and those held out.
/// With `:times` a row is run for its times alone, and has no ratio. A turn is an epoch's steps, at most 400.
final class PeerContest {
    private static final int LONGEST_TURN = 400;
    private static final int WINDOW = Steps.WINDOW;
    /// Steps before the first turn: those of the proof and whole windows, so that all have taken equally many at any time.
    private static final int WARM = Proof.SHOWN + 5 * WINDOW;
    private static final String TIMES = "times";

    private final Side side;
    private final Examples examples;
    private final Examples heldOut;
    private final int rounds;
    private final Map<String, Peer> peers = new LinkedHashMap<>();
    private final Map<String, Peer.Absent> absent = new LinkedHashMap<>();

    PeerContest(Side side, Examples examples, Examples heldOut, int rounds) {
        this.side = side;
        this.examples = Nets.floats(examples);
        this.heldOut = Nets.floats(heldOut);
        this.rounds = rounds;
    }

    public static void main(String[] args) {
        Engine engine = Engine.parse(args[4]);
        Results results = new Results(args[0], "peers", engine.device());
        results.note("data", args[1]);
        results.note("inputEncoding", Nets.INPUT_ENCODING);
        results.note("clock", "wall, to the end of the work on the device, every " + WINDOW + " steps");
        PeerContest contest = new PeerContest(engine.side(), Report.examples(args[1]), Report.heldOut(args[1]), Integer.parseInt(args[2]));
        List<String> modes = List.of(args[5].split(","));
        for (String peer : modes.stream().map(m -> m.split(":")[0]).distinct().toList()) {
            results.note(peer, contest.start(peer, Path.of(args[6]), Path.of(args[7]), List.of(args).subList(8, args.length)));
        }
        for (String net : args[3].split(",")) {
            results.add(contest.row(net, modes));
        }
        contest.end();
        results.end();
    }

    /// Starts a peer's script in `folder`; gives what it says of itself, or why it is not there.
    String start(String peer, Path python, Path folder, List<String> options) {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of("--warm", Integer.toString(WARM), "--window", Integer.toString(WINDOW)));
        try {
            peers.put(peer, Peer.start(peer, python, folder.resolve(peer + "_vae.py"), all));
            return peers.get(peer).describe();
        } catch (Peer.Absent e) {
            absent.put(peer, e);
            return e.getMessage();
        }
    }

    void end() {
        peers.values().forEach(Peer::close);
    }

    private Rival rival(String peer, String mode) {
        String who = peer + " " + mode;
        return absent.containsKey(peer) ? Rival.absent(who, mode, absent.get(peer)) : Rival.of(who, mode, mode, peers.get(peer)::ask);
    }

    /// The row of a net.
    ///
    /// @param net   `NET:BATCH`, or `NET:BATCH:times`
    /// @param modes `PEER:MODE` each, of peers that were started
    BenchResults.Row row(String net, List<String> modes) {
        String[] words = net.split(":");
        boolean proves = words.length < 3;
        if (!proves && !words[2].equals(TIMES)) {
            throw new IllegalArgumentException("a row is NET:BATCH or NET:BATCH:" + TIMES + ", got " + net);
        }
        Course course = new Course(words[0], Integer.parseInt(words[1]), examples, WINDOW);
        List<Rival> rivals = modes.stream().map(m -> rival(m.split(":")[0], m.split(":")[1])).toList();
        Turns turns = new Turns(WARM, rounds, Math.min(LONGEST_TURN, course.stepsPerEpoch()));
        Proof proof = new Proof(side, course, turns, heldOut, rivals);
        List<Double> ours = List.of();
        String ran = side.ran();
        try (Contestant contestant = proof.start()) {
            if (proves) {
                proof.firstLosses(contestant);
            } else {
                proof.leaveOut("not proven: the row was run for its times alone");
            }
            ours = turns.run(contestant, rivals, mode -> "step %s %s %d %d".formatted(mode, course.net(), course.batch(), turns.steps()));
            if (proves) {
                proof.heldOut(contestant);
            }
        } catch (RuntimeException e) {
            ran = "failed: " + e;
        }
        Map<String, String> facts = new LinkedHashMap<>(proof.facts());
        rivals.forEach(r -> r.loss().ifPresent(loss -> facts.put("loss " + r.who(), String.format(Locale.ROOT, "%.2f", loss))));
        return said(new BenchResults.Row("train " + course.net() + ", batch " + course.batch(), "ms", Turns.series(ran, ours, rivals), facts));
    }

    private static BenchResults.Row said(BenchResults.Row row) {
        for (BenchResults.Series s : row.series()) {
            s.samples().ifPresent(all -> System.out.printf(Locale.ROOT, "%-26s %-20s %10.2f us per step%n", row.name(), s.who(), 1e3 * all.median()));
        }
        return row;
    }
}
