package dev.fusedvae.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.PeerTable;
import dev.fusedvae.lab.Samples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// One row of the peers table after the other: A B C D A B C D …, so that a busy moment hits all alike, medians of the turns.
///
/// Everyone starts from the same weights and the same order of examples; on the same noise the first 20 losses must agree,
/// and after the timed steps, at least three epochs and some steps at a low rate, the held-out ELBO must be near what the engine's own seeds give.
/// Where they do not, the row has times and no ratio.
final class Contest {
    /// The largest relative difference of a loss on equal weights, examples and noise.
    static final double LOSS_TOLERANCE = 1e-4;
    /// How far a held-out ELBO may lie outside of what the engine's own seeds span after equally many steps, in nats per example.
    static final double ELBO_TOLERANCE_NATS = 1;
    /// Seeds of order and noise; the first is that of the timed run. After two epochs of batches of 20 the ELBO of one seed is
    /// up to 1.2 nats off another's, so that a peer on its own noise can be no nearer.
    private static final List<Long> SEEDS = List.of(1L, 2L, 3L);
    /// Before the held-out ELBO is taken everyone trains on, untimed, until so many epochs are over: in the first two the loss
    /// falls by ten nats an epoch, and it is chance who is ahead.
    private static final int EPOCHS = 3;
    private static final double RATE = 1e-3;
    /// Then everyone takes untimed steps at a twentieth of the rate: at the full rate the ELBO wanders by several nats from
    /// step to step where the batch is small.
    static final double SETTLING_RATE = 5e-5;
    private static final int FEWEST_SETTLING_STEPS = 400;
    private static final int MOST_SETTLING_STEPS = 2000;

    /// A peer's way to run.
    record Mode(String peer, String mode) {
        String who() {
            return peer + " " + mode;
        }
    }

    private static final List<Mode> TRAINERS = List.of(new Mode(Peers.TORCH, "eager"), new Mode(Peers.TORCH, "fused"), new Mode(Peers.TORCH, "compile"),
            new Mode(Peers.JAX, "jit"), new Mode(Peers.JAX, "scan"));
    private static final List<Mode> ENCODERS = List.of(new Mode(Peers.TORCH, "eager"), new Mode(Peers.TORCH, "compile"), new Mode(Peers.JAX, "jit"));
    private static final List<Mode> UNPROVEN = List.of(new Mode(Peers.DL4J, "fit"));
    private static final int DL4J_STEPS = 20;

    private final Peers peers;
    private final Examples examples;
    private final Examples heldOut;
    private final Peer.Setting setting;
    private final int rounds;

    Contest(Peers peers, Examples examples, Examples heldOut, Peer.Setting setting, int rounds) {
        this.peers = peers;
        this.examples = examples;
        this.heldOut = heldOut;
        this.setting = setting;
        this.rounds = rounds;
    }

    /// What is collected of one contestant.
    private static final class Tally {
        final int threads;
        final List<Double> turns = new ArrayList<>();
        Optional<String> out = Optional.empty();
        String ran = "";

        Tally(int threads) {
            this.threads = threads;
        }

        BenchResults.Series series(String who) {
            return new BenchResults.Series(who, out.orElse(ran), turns.isEmpty() || out.isPresent() ? Optional.empty() : Optional.of(Samples.of(turns)));
        }
    }

    /// A tally for each mode, with the reason where its peer cannot take part.
    private Map<Mode, Tally> tallies(List<Mode> modes, int threads) {
        Map<Mode, Tally> all = new LinkedHashMap<>();
        for (Mode mode : modes) {
            Tally tally = new Tally(threads);
            try {
                tally.ran = peers.get(mode.peer(), threads).describe() + ", " + mode.mode();
            } catch (Peer.Absent e) {
                tally.out = Optional.of(e.getMessage());
            }
            all.put(mode, tally);
        }
        return all;
    }

    /// A peer that fails drops out of the row with its reason.
    private Optional<JsonNode> ask(Mode mode, Tally tally, String command) {
        if (tally.out.isPresent()) {
            return Optional.empty();
        }
        try {
            return Optional.of(peers.get(mode.peer(), tally.threads).ask(command));
        } catch (Peer.Absent e) {
            System.err.println(e.getMessage());
            tally.out = Optional.of(e.getMessage());
            return Optional.empty();
        }
    }

    /// The row of `entry`; one that failed on our side says so.
    BenchResults.Row run(Entry entry) {
        try {
            return switch (entry) {
                case Entry.Train e -> train(e);
                case Entry.Dl4j e -> beside(e);
                case Entry.Encode e -> encode(e);
            };
        } catch (RuntimeException e) {
            return failed(entry, Optional.ofNullable(e.getMessage()).orElse(e.toString()));
        }
    }

    /// A row without samples.
    static BenchResults.Row failed(Entry entry, String reason) {
        return new BenchResults.Row(entry.name(), "ms", List.of(new BenchResults.Series(PeerTable.OURS, "failed: " + reason, Optional.empty())),
                Map.of("noRatio", "failed: " + reason));
    }

    private BenchResults.Row train(Entry.Train entry) {
        String net = entry.net();
        int batch = entry.batch();
        int steps = batch >= 256 ? 40 : batch >= 128 ? 120 : 400;
        Map<Mode, Tally> tallies = tallies(TRAINERS, setting.threads());
        Tally ours = ours("cpu, level layer, ");
        Map<String, String> facts = new LinkedHashMap<>();
        try (Contestant engine = Contestant.training(new CpuBackend(setting.threads()), Nets.spec(net), batch, examples, SEEDS.getFirst())) {
            List<String> doubts = new ArrayList<>(same(engine, net, batch, tallies));
            engine.run(setting.warm() - 2 * Contestant.WINDOW); // 20 were for the losses, 20 begin the first turn
            turns(engine, steps, ours, tallies, mode -> "step %s %s %d %d".formatted(mode.mode(), net, batch, steps));
            doubts.addAll(heldOut(engine, net, batch, tallies, facts));
            facts.put("arenaBytes", Long.toString(engine.arenaBytes()));
            if (!doubts.isEmpty()) {
                facts.put("noRatio", String.join("; ", doubts));
            }
        }
        return row(entry, ours, tallies, facts);
    }

    /// DL4J's layer draws its noise by itself, so no equal losses can be shown, and a row of its own has no ratio.
    private BenchResults.Row beside(Entry.Dl4j entry) {
        Map<Mode, Tally> tallies = tallies(UNPROVEN, setting.threads());
        Tally ours = ours("cpu, level layer, ");
        try (Contestant engine = Contestant.training(new CpuBackend(setting.threads()), Nets.spec(entry.net()), entry.batch(), examples, SEEDS.getFirst())) {
            engine.run(setting.warm());
            turns(engine, DL4J_STEPS, ours, tallies, mode -> "step %s %s %d %d".formatted(mode.mode(), entry.net(), entry.batch(), DL4J_STEPS));
        }
        return row(entry, ours, tallies, Map.of("noRatio", "DL4J starts and draws noise in its own way, so equal losses cannot be shown"));
    }

    /// Everyone in turn, again and again; the first turn does not count.
    private void turns(Contestant engine, int steps, Tally ours, Map<Mode, Tally> tallies, Function<Mode, String> command) {
        for (int round = 0; round <= rounds; round++) {
            boolean counts = round > 0;
            calm();
            engine.run(Contestant.WINDOW);
            keep(ours, counts, engine.millisAStep(steps));
            tallies.forEach((mode, tally) -> ask(mode, tally, command.apply(mode)).ifPresent(a -> keep(tally, counts, a.get("msMedian").asDouble())));
        }
    }

    private Tally ours(String what) {
        Tally ours = new Tally(setting.threads());
        ours.ran = what + setting.threads() + " threads";
        return ours;
    }

    private static void keep(Tally tally, boolean counts, double millis) {
        if (counts) {
            tally.turns.add(millis);
        }
    }

    /// The first losses of everyone on equal weights, examples and noise; what speaks against comparing them.
    private List<String> same(Contestant engine, String net, int batch, Map<Mode, Tally> tallies) {
        List<String> doubts = new ArrayList<>();
        try {
            Path start = Files.createTempFile("fusedvae-start", ".npz");
            try {
                engine.export(start);
                double[] losses = engine.firstLosses();
                tallies.forEach((mode, tally) -> ask(mode, tally, "same %s %s %d %s".formatted(mode.mode(), net, batch, start))
                        .ifPresent(a -> {
                            double worst = Contestant.worst(losses, a.get("losses"));
                            if (!(worst <= LOSS_TOLERANCE)) {
                                doubts.add(String.format(Locale.ROOT, "losses of %s differ by %.1e", mode.who(), worst));
                            }
                        }));
            } finally {
                Files.delete(start);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot hand the start of a contest to the peers", e);
        }
        return doubts;
    }

    private List<String> heldOut(Contestant engine, String net, int batch, Map<Mode, Tally> tallies, Map<String, String> facts) {
        List<String> doubts = new ArrayList<>();
        int going = Math.ceilDiv(Math.max(0, EPOCHS * examples.count() / batch - engine.steps()), Contestant.WINDOW) * Contestant.WINDOW;
        if (going > 0) {
            engine.run(going);
            tallies.forEach((mode, tally) -> ask(mode, tally, "settle %s %s %d %d %s".formatted(mode.mode(), net, batch, going, RATE)));
        }
        List<Double> ours = ownHeldOut(engine, net, batch);
        double least = Collections.min(ours);
        double most = Collections.max(ours);
        facts.put("heldOutNegativeElbo fusedvae", ours.stream().map(e -> String.format(Locale.ROOT, "%.2f", e)).collect(Collectors.joining(", ")));
        int settling = settling(batch);
        tallies.forEach((mode, tally) -> ask(mode, tally, "settle %s %s %d %d %s".formatted(mode.mode(), net, batch, settling, SETTLING_RATE)));
        tallies.forEach((mode, tally) -> ask(mode, tally, "heldout %s %s %d".formatted(mode.mode(), net, batch)).ifPresent(a -> {
            double theirs = a.get("negativeElbo").asDouble();
            facts.put("heldOutNegativeElbo " + mode.who(), String.format(Locale.ROOT, "%.2f", theirs));
            double off = Math.max(least - theirs, theirs - most);
            if (!(off <= ELBO_TOLERANCE_NATS)) {
                doubts.add(String.format(Locale.ROOT, "held-out ELBO of %s is %.1f nats off", mode.who(), off));
            }
        }));
        return doubts;
    }

    /// The engine's after the timed steps, and after as many from the same weights with other seeds.
    private List<Double> ownHeldOut(Contestant engine, String net, int batch) {
        int steps = engine.steps();
        List<Double> all = new ArrayList<>();
        engine.settle(settling(batch), SETTLING_RATE);
        all.add(engine.heldOut(heldOut));
        for (long seed : SEEDS.subList(1, SEEDS.size())) {
            try (Contestant other = Contestant.training(new CpuBackend(setting.threads()), Nets.spec(net), batch, examples, seed)) {
                other.run(steps);
                other.settle(settling(batch), SETTLING_RATE);
                all.add(other.heldOut(heldOut));
            }
        }
        return all;
    }

    private int settling(int batch) {
        return Math.clamp(examples.count() / batch, FEWEST_SETTLING_STEPS, MOST_SETTLING_STEPS);
    }

    private BenchResults.Row encode(Entry.Encode entry) {
        int batch = entry.batch();
        int calls = batch == 1 ? 4000 : 60;
        Map<Mode, Tally> tallies = tallies(ENCODERS, entry.threads());
        Tally ours = new Tally(entry.threads());
        ours.ran = "cpu, " + entry.threads() + " threads";
        try (Contestant engine = Contestant.encoder(new CpuBackend(entry.threads()), Nets.spec("S"), batch, examples)) {
            engine.run(batch == 1 ? 100_000 : 1000);
            turns(engine, calls, ours, tallies, mode -> "encode %s S %d %d".formatted(mode.mode(), batch, calls));
        }
        return row(entry, ours, tallies, Map.of());
    }

    private static BenchResults.Row row(Entry entry, Tally ours, Map<Mode, Tally> tallies, Map<String, String> facts) {
        List<BenchResults.Series> series = new ArrayList<>(List.of(ours.series(PeerTable.OURS)));
        tallies.forEach((mode, tally) -> series.add(tally.series(mode.who())));
        return new BenchResults.Row(entry.name(), "ms", series, facts);
    }

    /// Lets the other side's threads go to sleep before the clock starts.
    private static void calm() {
        try {
            Thread.sleep(400);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
