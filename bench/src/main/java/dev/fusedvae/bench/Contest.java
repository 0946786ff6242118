package dev.fusedvae.bench;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.PeerTable;
import dev.fusedvae.spec.FusionLevel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Measures the rows of the peers table: all contestants in [Turns], medians of the turns, and a ratio where [Proof] or
/// [EncodingProof] allows one. Our side reads its images in the peers' encoding.
final class Contest {
    /// A peer's way to run.
    private record Mode(String peer, String mode) {}

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
        this.examples = Nets.floats(examples);
        this.heldOut = Nets.floats(heldOut);
        this.setting = setting;
        this.rounds = rounds;
    }

    private List<Rival> rivals(List<Mode> modes, int threads) {
        return modes.stream().map(mode -> rival(mode, threads)).toList();
    }

    private Rival rival(Mode mode, int threads) {
        String who = mode.peer() + " " + mode.mode();
        try {
            String ran = peers.get(mode.peer(), threads).describe() + ", " + mode.mode();
            return Rival.of(who, mode.mode(), ran, command -> peers.get(mode.peer(), threads).ask(command));
        } catch (Peer.Absent e) {
            return Rival.absent(who, mode.mode(), e);
        }
    }

    private static Side side(String ran, int threads) {
        return new Side(ran + threads + " threads", Fusion.of(FusionLevel.LAYER), () -> new CpuBackend(threads));
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
                Map.of(Doubts.NO_RATIO, "failed: " + reason));
    }

    private BenchResults.Row train(Entry.Train entry) {
        Course course = new Course(entry.net(), entry.batch(), examples, Contestant.WINDOW);
        int steps = course.batch() >= 256 ? 40 : course.batch() >= 128 ? 120 : 400;
        Side side = side("cpu, level layer, ", setting.threads());
        List<Rival> rivals = rivals(TRAINERS, setting.threads());
        Turns turns = new Turns(setting.warm(), rounds, steps);
        Proof proof = new Proof(side, course, turns, heldOut, rivals);
        try (Contestant ours = proof.start()) {
            proof.firstLosses(ours);
            List<Double> millis = turns.run(ours, rivals, mode -> "step %s %s %d %d".formatted(mode, course.net(), course.batch(), steps));
            proof.heldOut(ours);
            Map<String, String> facts = new LinkedHashMap<>(proof.facts());
            facts.put("arenaBytes", Long.toString(ours.arenaBytes()));
            return new BenchResults.Row(entry.name(), "ms", Turns.series(side.ran(), millis, rivals), facts);
        }
    }

    /// DL4J's layer draws its noise by itself, so no equal losses can be shown, and a row of its own has no ratio.
    private BenchResults.Row beside(Entry.Dl4j entry) {
        Course course = new Course(entry.net(), entry.batch(), examples, Contestant.WINDOW);
        Side side = side("cpu, level layer, ", setting.threads());
        List<Rival> rivals = rivals(UNPROVEN, setting.threads());
        Turns turns = new Turns(setting.warm(), rounds, DL4J_STEPS);
        try (Contestant ours = new Proof(side, course, turns, heldOut, rivals).start()) {
            List<Double> millis = turns.run(ours, rivals, mode -> "step %s %s %d %d".formatted(mode, course.net(), course.batch(), DL4J_STEPS));
            return new BenchResults.Row(entry.name(), "ms", Turns.series(side.ran(), millis, rivals),
                    Map.of(Doubts.NO_RATIO, "DL4J's first weights and its noise cannot be set, so equal losses cannot be shown"));
        }
    }

    private BenchResults.Row encode(Entry.Encode entry) {
        Course course = new Course("S", entry.batch(), examples, Contestant.WINDOW);
        boolean single = course.batch() == 1;
        int calls = single ? 4000 : 60;
        Turns turns = new Turns(single ? 100_000 : 1000, rounds, calls);
        Side side = side("cpu, ", entry.threads());
        List<Rival> rivals = rivals(ENCODERS, entry.threads());
        EncodingProof proof = new EncodingProof(course, rivals);
        try (Contestant ours = Contestant.encoder(side, course)) {
            proof.means(ours);
            List<Double> millis = turns.run(ours, rivals, mode -> "encode %s %s %d %d".formatted(mode, course.net(), course.batch(), calls));
            return new BenchResults.Row(entry.name(), "ms", Turns.series(side.ran(), millis, rivals), proof.facts());
        }
    }
}
