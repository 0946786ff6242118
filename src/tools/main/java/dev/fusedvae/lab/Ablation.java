package dev.fusedvae.lab;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.DivergedException;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.Profile;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.run.BackendUnavailableException;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// What fusion buys: one training step at every level on every backend, then at the highest with one rule switched off at
/// a time. A configuration has a time only if its first losses are those of the first one.
public final class Ablation {
    /// Losses that are compared.
    public static final int LOSSES = 10;
    /// How far they may differ, relative: across backends and levels rounding differs.
    public static final double AGREE = 1e-4;
    private static final int EXAMPLES = 4096;

    /// One configuration.
    ///
    /// @param backend    `cpu`, `cuda` …
    /// @param arenaBytes of the lowered plan, 0 where it could not be loaded
    /// @param worst      the largest relative difference of a loss from the first configuration's; empty if none were made
    /// @param micros     per step; empty where `ran` says why
    /// @param ran        the device, or why there is no time
    /// @param calls      where the time of a step goes: levels that were timed
    public record Line(String backend, Fusion fusion, int launches, long bytes, long arenaBytes, OptionalDouble worst,
                       Optional<Samples> micros, String ran, List<CallTime> calls) {
        public Line {
            calls = List.copyOf(calls);
        }

        /// Whether its numbers are those of the first configuration.
        public boolean agrees() {
            return worst.isPresent() && worst.getAsDouble() <= AGREE;
        }

        /// Whether it is a whole level.
        public boolean whole() {
            return fusion.without().isEmpty();
        }
    }

    private final VaeSpec spec;
    private final TrainSpec train;
    private final Turns.Effort effort;
    private final Consumer<String> progress;
    private double[] expected = {};

    Ablation(VaeSpec spec, TrainSpec train, Turns.Effort effort, Consumer<String> progress) {
        this.spec = spec;
        this.train = train;
        this.effort = effort;
        this.progress = progress;
    }

    /// Measures on random pixels; takes a few seconds per configuration.
    ///
    /// @param progress is told what comes next
    public static AblationResult of(List<Backend> backends, VaeSpec spec, TrainSpec train, Consumer<String> progress) {
        return new Ablation(spec, train, Turns.Effort.FULL, progress).run(backends);
    }

    AblationResult run(List<Backend> backends) {
        List<Line> lines = new ArrayList<>();
        List<AblationResult.BackendRoofs> roofs = new ArrayList<>();
        for (Backend backend : backends) {
            List<Line> own = lines(backend);
            lines.addAll(own);
            long bytes = own.stream().mapToLong(Line::arenaBytes).max().orElse(0);
            if (own.stream().anyMatch(l -> !l.calls().isEmpty())) {
                roofs.add(new AblationResult.BackendRoofs(backend.name(), Roofs.of(backend, bytes)));
            }
        }
        return new AblationResult(spec.shape(), train.batchSize(), lines, roofs);
    }

    /// Every level up to the backend's highest, then that one less each rule that changes the plan.
    private List<Fusion> fusions(Backend backend) {
        List<Fusion> all = new ArrayList<>();
        FusionLevel top = backend.highestLevel();
        for (FusionLevel level : FusionLevel.values()) {
            if (level.compareTo(top) <= 0) {
                all.add(backend.fusion(level));
            }
        }
        List<Kind> whole = kinds(plan(backend.fusion(top)));
        for (Kind kind : Kind.values()) {
            Fusion less = backend.fusion(top).without(Set.of(kind));
            if (!kinds(plan(less)).equals(whole)) {
                all.add(less);
            }
        }
        return all;
    }

    private static List<Kind> kinds(Plan plan) {
        return plan.calls().stream().map(c -> c.op().kind()).toList();
    }

    private Plan plan(Fusion fusion) {
        return Plan.of(Graphs.training(spec, train.optimizer(), train.clipNorm(), train.binarization()), fusion, train.batchSize());
    }

    private Feed feed() {
        int batch = train.batchSize();
        int count = Math.max(EXAMPLES, 2 * batch) / batch * batch;
        return new Feed.Training(Workload.examples(spec.features(), count), new StepTable(train, spec.objective(), count));
    }

    /// A plan on a backend, or why it is not there.
    private final class Tried implements AutoCloseable {
        final Fusion fusion;
        final Plan plan;
        Optional<Executable> executable = Optional.empty();
        OptionalDouble worst = OptionalDouble.empty();
        Optional<Samples> micros = Optional.empty();
        List<CallTime> calls = List.of();
        long arenaBytes;
        String ran;

        Tried(Backend backend, Fusion fusion, Feed feed) {
            this.fusion = fusion;
            plan = plan(fusion);
            ran = backend.device();
            progress.accept("losses of " + backend.name() + " " + fusion.text());
            try {
                executable = Optional.of(backend.load(plan, feed));
                arenaBytes = executable.get().arenaBytes();
                compare(executable.get());
                if (!backend.timed()) {
                    ran = backend.device() + ": not timed, its clock says nothing about kernels";
                } else if (!(worst.getAsDouble() <= AGREE)) {
                    ran = backend.device() + ": no time, its losses differ";
                }
            } catch (BackendUnavailableException | IllegalArgumentException e) { // a backend need not have every plan that rules can make
                ran = "does not run: " + e.getMessage();
            } catch (DivergedException e) {
                ran = backend.device() + ": " + e.getMessage();
            }
        }

        private void compare(Executable made) {
            Workload.start(made);
            double[] metrics = new double[2 * LOSSES];
            made.run(0, LOSSES, metrics);
            double[] losses = IntStream.range(0, LOSSES).mapToDouble(i -> (metrics[2 * i + 1] - metrics[2 * i]) / train.batchSize()).toArray();
            expected = expected.length == 0 ? losses : expected;
            double most = 0;
            for (int i = 0; i < LOSSES; i++) {
                double off = Math.abs(losses[i] - expected[i]) / Math.abs(expected[i]);
                most = Double.isNaN(off) ? Double.POSITIVE_INFINITY : Math.max(most, off);
            }
            worst = OptionalDouble.of(most);
        }

        boolean goesOn(Backend backend) {
            return backend.timed() && worst.isPresent() && worst.getAsDouble() <= AGREE;
        }

        Line line(Backend backend) {
            return new Line(backend.name(), fusion, plan.launches(), plan.calls().stream().map(Call::cost).mapToLong(c -> c.bytes()).sum(),
                    arenaBytes, worst, micros, ran, calls);
        }

        @Override
        public void close() {
            executable.ifPresent(Executable::close);
            executable = Optional.empty();
        }
    }

    private List<Line> lines(Backend backend) {
        List<Tried> all = new ArrayList<>();
        Feed feed = feed();
        try {
            for (Fusion fusion : fusions(backend)) {
                Tried tried = new Tried(backend, fusion, feed);
                all.add(tried);
                if (!tried.goesOn(backend)) {
                    tried.close();
                }
            }
            List<Tried> timed = all.stream().filter(t -> t.executable.isPresent()).toList();
            if (!timed.isEmpty()) {
                progress.accept("timing " + timed.size() + " configurations on " + backend.device() + ", in turns");
                List<Samples> micros = new Turns(timed.stream().map(t -> t.executable.get()).toList(), effort).micros();
                for (int i = 0; i < timed.size(); i++) {
                    timed.get(i).micros = Optional.of(micros.get(i));
                }
                profile(timed.stream().filter(t -> t.fusion.without().isEmpty()).toList());
            }
            return all.stream().map(t -> t.line(backend)).toList();
        } finally {
            all.forEach(Tried::close);
        }
    }

    /// After all turns: clocks inside cost a little.
    private void profile(List<Tried> levels) {
        List<List<Profile>> all = new ArrayList<>();
        levels.forEach(t -> all.add(new ArrayList<>()));
        for (int round = 0; round < effort.rounds(); round++) {
            for (int i = 0; i < levels.size(); i++) {
                Tried t = levels.get(i);
                int steps = (int) Math.clamp(1e6 * effort.turnSeconds() / t.micros.orElseThrow().median(), 1, 1000);
                t.executable.orElseThrow().profile((long) LOSSES + round, steps).ifPresent(all.get(i)::add);
            }
        }
        for (int i = 0; i < levels.size(); i++) {
            levels.get(i).calls = CallTime.of(all.get(i));
        }
    }
}
