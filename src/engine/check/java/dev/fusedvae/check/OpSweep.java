package dev.fusedvae.check;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.graph.Op;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.Likelihood;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Verifies every call of one kind that any of many cases has, each distinct call once.
public final class OpSweep {

    /// Sizes 1, 13, 207, every tile (16, 32, 64) with one less and one more, and one real spec, in the places of batch, inputs
    /// and outputs; full and short batches.
    private static final List<String> SHAPES = List.of(
            "1x1-1-1-1-1", "9of13x207-13-1-207-207", "13x13-207-13-1-13", "207x15-17-16-31-15", "16of17x16-15-17-32-16",
            "31of33x64-63-32-65-64", "32x65-63-31-33-65", "63of65x63-65-33-64-63", "64x65-64-32-63-65", "1of64x128-64-64-64-128",
            "12of20x33-21-10-5-10-21-33", "33x784-400-20-400-784",
            "5of9x33-21-32-17-33/iwae", "17x15-16-33-31-15/dreg/prior", "9of13x65-13-1-64-65/samples",
            "207x15-17-16-31-15/gaussian-scalar", "9of13x207-13-1-207-207/gaussian-scalar/clip", "31of33x64-63-32-65-64/gaussian-feature/clip",
            "13of17x35-5-35", "13of17x35-5-35/noisy/iwae", "13of17x35-5-35/sparse/masked",
            "5x1-1-1/cd2", "16of17x16-15-16/cd2", "31of33x64-65-64/cd2", "65x63-64-63/pcd1", "9of13x207-13-207/pcd1");

    /// Where settings are tried: no size is a multiple of anything.
    private static final String AWKWARD = "13of17x35-21-5-11-35";

    /// Widths of 2 mod 4: where a row holds two parts of such a width (means and log-variances), the row starts on 16 bytes and
    /// its second part does not, so that a store of four neighbours may leave its part and stay in its row. More than a tile.
    private static final String HALVES = "31of33x70-66-6-34-70";

    /// What a sweep of one op found.
    ///
    /// @param op      label and variant: `linear_bias_act/2_tiled`
    /// @param calls   distinct calls verified
    /// @param values  values compared
    /// @param worst   the largest share of its tolerance that a value used up
    public record Report(String op, int calls, long values, double worst, List<Defect> defects) {
        public Report {
            defects = List.copyOf(defects);
        }

        /// Something was verified and nothing was wrong.
        public boolean passed() {
            return calls > 0 && defects.isEmpty();
        }
    }

    /// What makes two calls the same: rows matter where the definition does not say them.
    private record Seen(FusedOp op, int batch, int rows, OpCase.Stored stored) {}

    /// A case, planned at one level.
    private record Planned(OpCase at, Plan plan) {}

    private final List<Planned> plans = new ArrayList<>();

    /// Plans `cases` at every level up to that of `highest`, within its budget.
    public OpSweep(List<OpCase> cases, Fusion highest) {
        for (OpCase at : cases) {
            for (FusionLevel level : FusionLevel.values()) {
                if (level.compareTo(highest.level()) <= 0) {
                    plans.add(new Planned(at, at.plan(Fusion.of(level).within(highest.budget()))));
                }
            }
        }
    }

    /// All cases, shapes first, then every activation, likelihood, optimizer, and form of data.
    public static List<OpCase> cases() {
        Stream<String> activations = Arrays.stream(Activation.values()).map(Activation::flag);
        Stream<String> likelihoods = Likelihood.all(0.5).stream().map(Likelihood::flag);
        Stream<String> others = Stream.of("gaussian-scalar/clip", "no-bias", "no-bias/clip", "autoencoder",
                "adamw", "sgd", "sgd/clip", "adam/clip", "adamw/clip", "threshold", "dynamic", "centred", "bytes", "bytes/dynamic", "bytes/threshold",
                "bytes16/dynamic", "continuous-bernoulli/samples", "gaussian-vector/clip",
                "gaussian-vector/iwae/sgd", "gaussian-scalar/iwae", "gaussian-scalar/samples", "gaussian-feature/dreg", "sparse", "sparse/masked",
                "sparse/clip", "samples", "free-bits", "free-bits/prior", "prior", "samples/prior", "iwae", "iwae/prior",
                "iwae/clip", "dreg", "dreg/prior/clip", "noisy", "masked/samples", "noisy/iwae", "cd2", "cd2/dynamic", "cd2/sgd", "pcd1");
        Stream<String> settings = Stream.of(activations, likelihoods, others).flatMap(s -> s).map(s -> AWKWARD + "/" + s);
        Stream<String> halves = Stream.concat(Likelihood.all(0.5).stream().map(l -> "/" + l.flag()),
                Stream.of("/gaussian-feature/clip", "/iwae", "/samples", "/noisy")).map(HALVES::concat);
        return Stream.of(SHAPES.stream().flatMap(OpSweep::optimizers), halves, settings).flatMap(s -> s).map(OpCase::parse).toList();
    }

    /// Sgd is exact on integers, Adam is what is used.
    private static Stream<String> optimizers(String shape) {
        return Stream.of(shape, shape + "/sgd");
    }

    /// A call's definition, planned for batches of `plan().batch()` rows.
    public record Definition(FusedOp op, Plan plan) {}

    /// The definitions of all calls, each of every plan that has it.
    public List<Definition> definitions() {
        return plans.stream().map(Planned::plan).flatMap(plan -> plan.calls().stream().map(call -> new Definition(call.op(), plan))).toList();
    }

    /// The kinds of all calls.
    public List<Kind> kinds() {
        Set<Kind> found = EnumSet.noneOf(Kind.class);
        plans.forEach(p -> p.plan().calls().forEach(c -> found.add(c.op().kind())));
        return List.copyOf(found);
    }

    /// Verifies the calls of `kind` on `backend`, which takes the variant called `variant` (empty: it has but one way).
    ///
    /// @param progress is told each case before it runs
    public Report run(Backend backend, Kind kind, String variant, Consumer<OpCase> progress) {
        String name = variant.isEmpty() ? kind.label() : kind.label() + "/" + variant;
        OpVerifier verifier = new OpVerifier(backend, name, variant.endsWith("tensor_core") ? Tolerance.TF32X3 : Tolerance.FP32);
        Set<Seen> seen = new HashSet<>();
        for (Planned planned : plans) {
            for (Call call : planned.plan().calls()) {
                if (call.op().kind() == kind && !verifier.faulted() && seen.add(seen(call.op(), planned.at()))) {
                    progress.accept(planned.at());
                    verifier.verify(planned.at(), planned.plan(), call);
                }
            }
        }
        return new Report(name, seen.size(), verifier.values(), verifier.worst(), verifier.defects());
    }

    private static Seen seen(FusedOp op, OpCase at) {
        boolean gathers = op.ops().stream().anyMatch(o -> o instanceof Op.Gather);
        return new Seen(op, at.batch(), at.rows(), gathers ? at.stored() : OpCase.Stored.FLOATS);
    }
}
