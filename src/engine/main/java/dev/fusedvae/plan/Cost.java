package dev.fusedvae.plan;

import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.spec.OptimizerSpec;

/// What a call must at least move and compute, whatever runs it.
///
/// @param bytes fp32 bytes of what it reads from outside and of what others see of it, each once
/// @param flops additions and multiplications (a fused multiply-add counts two); elementary functions count ten
public record Cost(long bytes, long flops) {
    private static final int FUNCTION = 10;

    /// The cost of a fused op on a batch of `batch` rows: flops of its definition, bytes of its boundary.
    public static Cost of(FusedOp op, int batch) {
        long bytes = 0;
        for (Tensor t : op.reads()) {
            bytes += t.bytes(batch);
        }
        for (Tensor t : op.writes()) {
            bytes += t.bytes(batch);
        }
        return new Cost(bytes, op.ops().stream().mapToLong(o -> flops(o, batch)).sum());
    }

    public Cost plus(Cost other) {
        return new Cost(bytes + other.bytes, flops + other.flops);
    }

    /// Flops per byte.
    public double intensity() {
        return bytes == 0 ? 0 : (double) flops / bytes;
    }

    private static long flops(Op op, int batch) {
        return switch (op) {
            case Op.Gather o -> o.x().elements(batch);
            case Op.Linear o -> 2L * o.y().rows(batch) * o.layer().weight().elements(batch);
            case Op.AddBias o -> o.y().elements(batch);
            case Op.Activate o -> FUNCTION * o.y().elements(batch);
            case Op.BernoulliSample o -> 2 * FUNCTION * o.state().elements(batch);
            case Op.Contrast o -> o.rows().elements(batch);
            case Op.Noise o -> 4 * FUNCTION * o.eps().elements(batch);
            case Op.Reparameterize o -> (FUNCTION + 3) * o.z().elements(batch);
            case Op.KlDivergence o -> (FUNCTION + 5) * o.heads().elements(batch) / 2;
            case Op.LogLikelihood o -> (2 * FUNCTION + 4) * o.y().samples() * o.x().elements(batch);
            case Op.ReduceLoss o -> (long) o.ll().rows(batch) + batch;
            case Op.KlColumns o -> (FUNCTION + 5) * o.heads().elements(batch) / 2;
            case Op.Corrupt o -> 4 * FUNCTION * o.out().elements(batch);
            case Op.L1Penalty o -> 2 * o.code().elements(batch);
            case Op.L1Backward o -> o.code().elements(batch);
            case Op.LogRatio o -> 8 * o.eps().elements(batch);
            case Op.ImportanceWeights o -> (FUNCTION + 5L) * o.ll().rows(batch);
            case Op.WeightRows o -> o.out().elements(batch);
            case Op.LogRatioBackward o -> 9 * o.eps().elements(batch);
            case Op.LikelihoodBackward o -> (FUNCTION + 2) * o.y().samples() * o.x().elements(batch);
            case Op.LinearBackwardData o -> 2L * o.dY().rows(batch) * o.layer().weight().elements(batch);
            case Op.LinearBackwardWeight o -> 2L * o.dY().rows(batch) * o.layer().weight().elements(batch);
            case Op.ColumnSum o -> o.dY().elements(batch);
            case Op.ActivateBackward o -> 3 * o.dA().elements(batch);
            case Op.ReparameterizeBackward o -> (FUNCTION + 3) * o.dz().elements(batch);
            case Op.KlBackward o -> (FUNCTION + 3) * o.heads().elements(batch) / 2;
            case Op.Add o -> o.out().elements(batch);
            case Op.SquaredNorm o -> 2 * o.gradient().elements(batch);
            case Op.Update o -> o.parameter().elements(batch) * switch (o.optimizer()) {
                case OptimizerSpec.Adam a -> 12;
                case OptimizerSpec.AdamW a -> 13;
                case OptimizerSpec.Sgd s -> 4;
            };
        };
    }
}
