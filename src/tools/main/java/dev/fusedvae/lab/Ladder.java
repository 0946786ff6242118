package dev.fusedvae.lab;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.cuda.LaunchTime;
import dev.fusedvae.check.Defect;
import dev.fusedvae.check.OpCase;
import dev.fusedvae.check.OpSweep;
import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Cost;
import dev.fusedvae.plan.Phase;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.run.BackendUnavailableException;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.TrainSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/// The variants of one op side by side: each verified, and on a GPU timed, under the roofs of the same run and beside
/// cuBLAS. Times are unverified on hardware.
public final class Ladder {
    /// Odd sizes, and a tile and its neighbours: a quick check; `fvae verify` makes the full sweep.
    private static final List<String> SHAPES = List.of("1x1-1-1-1-1", "13of17x35-21-5-11-35", "31of33x64-63-32-65-64", "32x65-63-31-33-65");
    /// The canonical net.
    private static final String TIMED = "128x784-400-20-400-784";
    private static final int REPEATS = 20;
    /// The series of a results file that is cuBLAS's and no variant's.
    static final String CUBLAS = "cublas";

    /// How the backends of a ladder are opened; the ladder closes them.
    public interface Opener {
        /// The cuda backend on which `kind` runs its variant `variant`; any where that is empty.
        Backend variant(Kind kind, String variant);

        /// The cuda backend whose products are cuBLAS's.
        Backend cublas();
    }

    /// A variant and what was found of it.
    ///
    /// @param times one per distinct call; none where the device is not timed or the variant is wrong
    public record Rung(String variant, OpSweep.Report report, List<Timed> times) {
        public Rung {
            times = List.copyOf(times);
        }
    }

    /// @param shape  the case that the call is of
    /// @param roofs  over as much memory as the call touches: what fits into a cache has a higher one
    /// @param cublas cuBLAS for the product alone, warm; empty without a product, or without cuBLAS
    public record Timed(String shape, String title, Cost cost, LaunchTime.Spread warm, LaunchTime.Spread cold, Roofs roofs,
                        Optional<LaunchTime.Spread> cublas) {
        /// Of the roof, with the L2 cache warm.
        public double share() {
            return roofs.nanos(cost) / (1e3 * warm.medianMicros());
        }
    }

    /// @param notes what is missing, one sentence per item
    public record Climbed(String device, List<Rung> rungs, List<String> notes) {
        public Climbed {
            rungs = List.copyOf(rungs);
            notes = List.copyOf(notes);
        }

        /// Whether there are times.
        public boolean timed() {
            return rungs.stream().anyMatch(r -> !r.times().isEmpty());
        }

        /// Whether every rung computes its definition.
        public boolean passed() {
            return !rungs.isEmpty() && rungs.stream().allMatch(r -> r.report().passed());
        }

        /// As a results file: a row for every call that was timed, L2 warm, a series for every variant and for cuBLAS.
        public BenchResults results(Map<String, String> environment) {
            Map<String, List<BenchResults.Series>> series = new LinkedHashMap<>();
            Map<String, Map<String, String>> facts = new LinkedHashMap<>();
            for (Rung rung : rungs) {
                for (Timed t : rung.times()) {
                    String name = t.title() + " of " + t.shape();
                    series.computeIfAbsent(name, n -> new ArrayList<>(t.cublas().map(c -> series(CUBLAS, "the product alone, fp32", c)).stream().toList()))
                            .add(series(rung.variant(), device, t.warm()));
                    Map<String, String> known = facts.computeIfAbsent(name, n -> new LinkedHashMap<>());
                    known.put("bytes", Long.toString(t.cost().bytes()));
                    known.put("flops", Long.toString(t.cost().flops()));
                    known.put("coldMicros " + rung.variant(), Double.toString(t.cold().medianMicros()));
                    known.put("roofShare " + rung.variant(), Double.toString(t.share()));
                }
            }
            return new BenchResults("ladder", environment, series.entrySet().stream().map(e -> new BenchResults.Row(e.getKey(), "µs", e.getValue(), facts.get(e.getKey()))).toList());
        }

        private static BenchResults.Series series(String who, String ran, LaunchTime.Spread micros) {
            return new BenchResults.Series(who, ran, Optional.of(Samples.of(micros.micros())));
        }
    }

    private final Opener opener;
    private final Kind kind;
    private final List<String> notes = new ArrayList<>();
    private final Map<String, LaunchTime.Spread> products = new HashMap<>();
    /// By bytes that a call touches: calls of a size share one, and so do the variants.
    private final Map<Long, Roofs> roofs = new HashMap<>();

    private Ladder(Opener opener, Kind kind) {
        this.opener = opener;
        this.kind = kind;
    }

    /// Verifies and times the variants of `kind`; cases are written as `fvae verify --shape` takes them.
    ///
    /// @param shapes for verification, and for times where `places` is empty; empty for the usual ones
    /// @param places for times alone: they may be too large to verify in a moment
    public static Climbed climb(Opener opener, Kind kind, List<String> shapes, List<String> places) {
        return climb(opener, kind, shapes, places, false);
    }

    /// @param always whether to time also where the clock says nothing: what only a GPU would run can then be tried without one
    static Climbed climb(Opener opener, Kind kind, List<String> shapes, List<String> places, boolean always) {
        return new Ladder(opener, kind).climb(shapes, places.isEmpty() ? shapes : places, always);
    }

    private Climbed climb(List<String> shapes, List<String> placed, boolean always) {
        List<OpCase> asked = (placed.isEmpty() ? List.of(TIMED) : placed).stream().map(OpCase::parse).toList();
        String device;
        boolean timed;
        List<String> variants;
        OpSweep sweep;
        try (Backend first = opener.variant(kind, "")) {
            device = first.device();
            timed = first.timed() || always;
            variants = first.variants(kind.label());
            sweep = sweep(shapes, first.fusion());
        }
        List<OpCase> places = timed ? asked : List.of();
        if (!places.isEmpty()) {
            products(places);
        }
        List<Rung> rungs = new ArrayList<>();
        for (String variant : variants) {
            rungs.add(rung(sweep, variant, places));
        }
        if (timed && nothingToTime(rungs)) {
            notes.add("no net of %s has a call of %s, so nothing was timed; name one that has by --time-shape".formatted(
                    String.join(", ", places.stream().map(OpCase::toString).toList()), kind.label()));
        }
        if (!timed) {
            notes.add("nothing is timed on " + device + ": its clock says nothing about kernels; run this where there is a GPU");
        }
        return new Climbed(device, rungs, notes);
    }

    /// Whether no place had a call to time: a variant that passed would have timed it.
    static boolean nothingToTime(List<Rung> rungs) {
        return rungs.stream().anyMatch(r -> r.report().passed()) && rungs.stream().allMatch(r -> r.times().isEmpty());
    }

    /// The shapes asked for; else a few small ones, or all that `fvae verify` has where the op belongs to another family of nets.
    private OpSweep sweep(List<String> shapes, Fusion highest) {
        OpSweep sweep = new OpSweep((shapes.isEmpty() ? SHAPES : shapes).stream().map(OpCase::parse).toList(), highest);
        if (!sweep.kinds().contains(kind) && shapes.isEmpty()) {
            sweep = new OpSweep(OpSweep.cases(), highest);
        }
        if (!sweep.kinds().contains(kind)) {
            throw new IllegalArgumentException("no plan of these shapes has a call of " + kind.label() + "; choose another shape");
        }
        return sweep;
    }

    private Rung rung(OpSweep sweep, String variant, List<OpCase> places) {
        OpSweep.Report report;
        Backend checked = opener.variant(kind, variant);
        try {
            report = sweep.run(checked, kind, variant, at -> { });
        } catch (RuntimeException e) {
            checked.close();
            throw e;
        }
        close(checked, report);
        return new Rung(variant, report, report.passed() && !places.isEmpty() ? times(places, variant) : List.of());
    }

    /// A device that gave up a launch refuses to be closed too; the fault is in the report.
    private static void close(Backend backend, OpSweep.Report report) {
        try {
            backend.close();
        } catch (IllegalStateException e) {
            if (report.defects().stream().noneMatch(d -> d.guard() == Defect.Guard.FAULT)) {
                throw e;
            }
        }
    }

    /// One backend for all places: opening one takes longer than timing a call.
    private List<Timed> times(List<OpCase> places, String variant) {
        List<Timed> times = new ArrayList<>();
        try (Backend backend = opener.variant(kind, variant)) {
            for (OpCase at : places) {
                Graph graph = at.plan(FusionLevel.NONE).graph();
                calls(at, graph, backend).forEach(call -> times.add(time(backend, graph, at, call)));
            }
        }
        return times;
    }

    /// The distinct calls of the kind, of all levels.
    private List<Call> calls(OpCase at, Graph graph, Backend backend) {
        Set<String> seen = new HashSet<>();
        return Arrays.stream(FusionLevel.values()).flatMap(level -> Plan.of(graph, Fusion.of(level).within(backend.fusion().budget()), at.batch()).calls().stream())
                .filter(call -> call.op().kind() == kind && seen.add(call.title())).toList();
    }

    private Timed time(Backend backend, Graph graph, OpCase at, Call call) {
        LaunchTime launch = launch(backend, graph, at, call);
        return new Timed(at.toString(), call.title(), call.cost(), launch.warm(), launch.cold(),
                roofs.computeIfAbsent(call.cost().bytes(), bytes -> Roofs.of(backend, bytes)), Optional.ofNullable(products.get(product(at, call))));
    }

    private static String product(OpCase at, Call call) {
        return call.title() + " of " + at.toString();
    }

    private static LaunchTime launch(Backend backend, Graph graph, OpCase at, Call call) {
        Plan alone = new Plan(graph, FusionLevel.NONE, at.batch(), List.of(new Phase(0, List.of(call))), List.of());
        TrainSpec train = TrainSpec.standard(1, 1).withBatchSize(at.batch());
        Feed feed = new Feed.Training(Workload.examples(at.spec().features(), 2 * at.batch()), new StepTable(train, at.spec().objective(), 2 * at.batch()));
        try (Executable executable = backend.load(alone, feed)) {
            Random random = new Random(3);
            for (Tensor t : call.op().reads()) {
                float[] values = new float[Math.toIntExact(t.elements(at.batch()))];
                for (int i = 0; i < values.length; i++) {
                    values[i] = random.nextFloat() - 0.5f;
                }
                executable.write(t, values);
            }
            return LaunchTime.of(executable, REPEATS).launches().getFirst();
        }
    }

    /// The matrix product of an op that has exactly one.
    private static Optional<Op> product(FusedOp op) {
        List<Op> products = op.ops().stream().filter(o -> o.product().isPresent()).toList();
        return products.size() == 1 ? Optional.of(products.getFirst()) : Optional.empty();
    }

    /// What cuBLAS takes for the products, before any variant runs: its backend and theirs are not open at once.
    private void products(List<OpCase> places) {
        try (Backend vendor = opener.cublas()) {
            for (OpCase at : places) {
                Graph graph = at.plan(FusionLevel.NONE).graph();
                List<Call> alone = Plan.of(graph, FusionLevel.NONE, at.batch()).calls();
                for (Call call : calls(at, graph, vendor)) {
                    product(call.op()).flatMap(op -> alone.stream().filter(c -> c.op().ops().equals(List.of(op))).findFirst())
                            .ifPresent(c -> products.put(product(at, call), launch(vendor, graph, at, c).warm()));
                }
            }
        } catch (BackendUnavailableException e) {
            notes.add("no gap to cuBLAS: " + e.getMessage());
        }
    }
}
