package dev.fusedvae.check;

import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Likelihood;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;

/// Draws what a call reads: small integers, or reals in the range that each tensor has in training. Rows beyond the live
/// ones hold a large number, so that reading one shows, and so does writing what was made of one.
final class OpInputs {
    /// Finite, so that what is made of it differs from the NaN that outputs start with.
    private static final float DEAD = 777;

    private final FusedOp op;
    private final OpCase at;
    private final boolean exact;
    private final Random random;
    private final Map<Tensor, DoubleUnaryOperator> laws = new HashMap<>();

    /// @param exact small integers: sums of their products are exact in fp32 in any order
    OpInputs(FusedOp op, OpCase at, boolean exact, long seed) {
        this.op = op;
        this.at = at;
        this.exact = exact;
        random = new Random(seed);
        op.ops().forEach(this::laws);
    }

    /// Where a value is not just a number of either sign: what becomes of a draw from N(0, 1), or from −3..3.
    private void laws(Op part) {
        switch (part) {
            case Op.ActivateBackward o -> {
                Activation act = o.activation();
                laws.put(o.saved(), act.derivesFromInput() ? v -> v : act::value);
            }
            case Op.Linear o -> weights(o.layer().weight());
            case Op.LinearBackwardData o -> weights(o.layer().weight());
            case Op.LogLikelihood o -> observed(o.likelihood(), o.x());
            case Op.LikelihoodBackward o -> observed(o.likelihood(), o.x());
            case Op.WeightRows o -> weighed(o.weights());
            case Op.BernoulliSample o -> laws.put(o.p(), v -> 1 / (1 + Math.exp(-v)));
            case Op.LogRatioBackward o -> weighed(o.weights());
            case Op.Update o -> {
                o.clip().ifPresent(clip -> clip.norms().forEach(t -> laws.put(t, v -> v * v + 0.5)));
                if (!exact) {
                    o.state().forEach(t -> laws.put(t, t.name().endsWith(".v") ? v -> 1e-4 + 0.01 * v * v : v -> 0.01 * v));
                }
            }
            case Op.Gather o -> { }
            case Op.AddBias o -> { }
            case Op.Activate o -> { }
            case Op.Contrast o -> { }
            case Op.Noise o -> { }
            case Op.Reparameterize o -> { }
            case Op.KlDivergence o -> { }
            case Op.KlColumns o -> { }
            case Op.Corrupt o -> { }
            case Op.L1Penalty o -> { }
            case Op.LogRatio o -> { }
            case Op.ImportanceWeights o -> { }
            case Op.ReduceLoss o -> { }
            case Op.LinearBackwardWeight o -> { }
            case Op.ColumnSum o -> { }
            case Op.ReparameterizeBackward o -> { }
            case Op.KlBackward o -> { }
            case Op.L1Backward o -> { }
            case Op.Add o -> { }
            case Op.SquaredNorm o -> { }
        }
    }

    /// Weights that keep a layer's outputs near 1, so that activations are not saturated.
    private void weights(Tensor w) {
        double scale = exact ? 1 : 1 / Math.sqrt(w.columns());
        laws.put(w, v -> v * scale);
    }

    /// Importance weights, which are never negative.
    private void weighed(Tensor w) {
        laws.put(w, v -> exact ? Math.abs(v) : 1 / (1 + v * v));
    }

    private void observed(Likelihood likelihood, Tensor x) {
        if (likelihood.unitInterval()) {
            laws.put(x, v -> v < -0.5 ? 0 : v > 0.5 ? 1 : v + 0.5);
        }
    }

    /// A value for every slot that the call reads, in whole batches.
    Map<Tensor, float[]> draw() {
        Map<Tensor, float[]> all = new HashMap<>();
        for (Tensor t : op.reads()) {
            float[] values = new float[Math.toIntExact(t.elements(at.batch()))];
            int live = Math.toIntExact(t.elements(at.rows()));
            DoubleUnaryOperator law = laws.getOrDefault(t, v -> v);
            for (int i = 0; i < values.length; i++) {
                values[i] = i < live ? (float) law.applyAsDouble(exact ? random.nextInt(7) - 3 : random.nextGaussian()) : DEAD;
            }
            all.put(t, values);
        }
        return all;
    }

    /// Slots whose values must be the definition's to the bit where inputs are small integers: made by ops that only add
    /// and multiply them.
    Set<Tensor> exactSlots() {
        Set<Tensor> integral = new HashSet<>(exact ? op.reads() : Set.of());
        Set<Tensor> slots = new HashSet<>();
        for (Op part : op.ops()) {
            if (exact && keepsIntegers(part) && integral.containsAll(part.reads())) {
                integral.addAll(part.writes());
                slots.addAll(part.writes());
            } else {
                integral.removeAll(part.writes());
                if (part instanceof Op.Noise || part instanceof Op.Gather) {
                    slots.addAll(part.writes());
                }
            }
        }
        slots.retainAll(op.writes());
        return slots;
    }

    private static boolean keepsIntegers(Op part) {
        return switch (part) {
            case Op.Gather o -> true;
            case Op.Linear o -> true;
            case Op.AddBias o -> true;
            case Op.Activate o -> piecewiseLinear(o.activation());
            case Op.ActivateBackward o -> piecewiseLinear(o.activation());
            case Op.LinearBackwardData o -> true;
            case Op.LinearBackwardWeight o -> true;
            case Op.ColumnSum o -> true;
            case Op.Add o -> true;
            case Op.ReduceLoss o -> true;
            case Op.Update o -> o.optimizer().equals(OpCaseText.SGD) && o.clip().isEmpty();
            case Op.L1Penalty o -> true;
            case Op.WeightRows o -> true;
            case Op.Noise o -> false;
            case Op.BernoulliSample o -> false;
            case Op.Contrast o -> false; // 1/B rounds
            case Op.Corrupt o -> false;
            case Op.KlColumns o -> false;
            case Op.LogRatio o -> false;
            case Op.LogRatioBackward o -> false;
            case Op.ImportanceWeights o -> false;
            case Op.L1Backward o -> false;
            case Op.Reparameterize o -> false;
            case Op.KlDivergence o -> false;
            case Op.LogLikelihood o -> false;
            case Op.LikelihoodBackward o -> false;
            case Op.ReparameterizeBackward o -> false;
            case Op.KlBackward o -> false;
            case Op.SquaredNorm o -> false; // its sum may exceed what fp32 counts exactly
        };
    }

    private static boolean piecewiseLinear(Activation a) {
        return a == Activation.IDENTITY || a == Activation.RELU;
    }
}
