package dev.fusedvae.check;

import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.reference.ReferenceBackend;
import dev.fusedvae.backend.reference.ReferenceExecutable;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Phase;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// What a call must compute, derived from its definition alone: the primitive ops it replaces, run in double.
public final class Oracle {
    private final Plan plan;
    private final Feed feed;
    private final Tolerance tolerance;

    /// What a call must write to one slot.
    ///
    /// @param exact the definition in double, row-major, live rows only
    /// @param naive how far a plain evaluation of the same definition may be off, element by element
    @SuppressWarnings("ArrayRecordComponent")
    public record Expected(Tensor slot, double[] exact, double[] naive) {}

    public Oracle(Plan plan, Feed feed, Tolerance tolerance) {
        this.plan = plan;
        this.feed = feed;
        this.tolerance = tolerance;
    }

    /// Runs the definition of `call` at step `index` on what `inputs` gives for every slot that the call reads.
    public List<Expected> of(Call call, long index, Function<Tensor, float[]> inputs) {
        Plan alone = new Plan(plan.graph(), plan.level(), plan.batch(), List.of(new Phase(0, List.of(call))), List.of());
        Map<Tensor, double[]> before = new HashMap<>();
        try (ReferenceExecutable definition = new ReferenceBackend().load(alone, feed)) {
            for (Tensor t : call.op().reads()) {
                definition.write(t, inputs.apply(t));
                before.put(t, definition.readDouble(t));
            }
            definition.run(index, 1, new double[0]);
            return expected(call, index, definition, before);
        }
    }

    private List<Expected> expected(Call call, long index, ReferenceExecutable definition, Map<Tensor, double[]> before) {
        Step step = new Step();
        feed.fill(index, step);
        Map<Tensor, double[]> made = new HashMap<>();
        Rounding rounding = new Rounding(tolerance, step, feed, t -> before.containsKey(t) ? before.get(t) : made.get(t));
        for (Op op : call.op().ops()) {
            op.writes().forEach(t -> made.put(t, definition.readDouble(t)));
            OpRules.bound(op, rounding, made::get);
        }
        List<Expected> all = new ArrayList<>();
        for (Tensor t : call.op().writes()) {
            double[] naive = rounding.of(t);
            all.add(new Expected(t, Arrays.copyOf(made.get(t), naive.length), naive));
        }
        return List.copyOf(all);
    }
}
