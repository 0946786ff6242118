package dev.fusedvae.check;

import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
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
        op.ops().forEach(part -> OpRules.laws(part, exact, laws));
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
            if (exact && OpRules.keepsIntegers(part) && integral.containsAll(part.reads())) {
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
}
