package dev.fusedvae.backend.cuda;

import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.graph.Layer;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import java.util.Map;

/// The sizes that a kernel's launch line may name: `B`, and what its op is about.
final class Dimensions {
    /// Elements of a parameter that one block updates; `UPDATE_CHUNK` of args.cuh.
    static final int UPDATE_CHUNK = 1024;

    private Dimensions() {}

    /// `B`, and `N`, `K` of a layer, `L` of a latent, `D` of features, `count` of a gradient, or `blocks` of an update.
    static Map<String, Long> of(FusedOp op, int batch) {
        long b = batch;
        return switch (op.kind()) {
            case GATHER_LINEAR_BIAS_ACT -> layer(op.only(Op.Linear.class).layer(), b);
            case LATENT_FORWARD, LATENT_BACKWARD -> Map.of("B", b);
            case OUTPUT_LIKELIHOOD -> Map.of("B", b, "D", width(op.only(Op.LogLikelihood.class).x()));
            case BERNOULLI_SAMPLE, CONTRAST, LINEAR_BIAS_ACT_SAMPLE, TRANSPOSED_BIAS_ACT_SAMPLE -> throw Unsupported.refusal(op.kind().label());
            case CORRUPT, L1_PENALTY, L1_BACKWARD, L1_GRAD, KL_COLUMNS, LOG_RATIO, LOG_RATIO_BACKWARD, REPARAM_RATIO, IMPORTANCE_WEIGHTS, WEIGHT_ROWS,
                    WEIGHTED_LATENT_GRAD -> throw Unsupported.refusal(op.kind().label());
            case GATHER, LINEAR, ADD_BIAS, ACTIVATE, NOISE, REPARAMETERIZE, KL_DIVERGENCE, LOG_LIKELIHOOD, REDUCE_LOSS, LIKELIHOOD_BACKWARD,
                 LINEAR_BACKWARD_DATA, LINEAR_BACKWARD_WEIGHT, COLUMN_SUM, ACTIVATE_BACKWARD, REPARAMETERIZE_BACKWARD, KL_BACKWARD, ADD,
                 SQUARED_NORM, UPDATE, LINEAR_BIAS_ACT, REPARAM_KL, LIKELIHOOD_GRAD, LINEAR_BACKWARD_DATA_ACT, LINEAR_BACKWARD_WEIGHT_BIAS,
                 LATENT_GRAD, MULTI_TENSOR_UPDATE, LINEAR_BACKWARD_UPDATE, SCALAR_UPDATE -> ofFirst(op, batch);
        };
    }

    /// Where the first op of the definition says all.
    private static Map<String, Long> ofFirst(FusedOp op, int batch) {
        long b = batch;
        return switch (op.ops().getFirst()) {
            case Op.Gather o -> Map.of("B", b, "D", width(o.x()));
            case Op.Linear o -> layer(o.layer(), b);
            case Op.AddBias o -> Map.of("B", b, "N", width(o.y()));
            case Op.Activate o -> Map.of("B", b, "N", width(o.y()));
            case Op.Noise o -> Map.of("B", b, "L", width(o.eps()));
            case Op.Reparameterize o -> Map.of("B", b, "L", width(o.z()));
            case Op.KlDivergence o -> Map.of("B", b, "L", (long) o.heads().columns());
            case Op.BernoulliSample o -> throw Unsupported.refusal(op.kind().label());
            case Op.Contrast o -> throw Unsupported.refusal(op.kind().label());
            case Op.Corrupt o -> throw Unsupported.refusal(op.kind().label());
            case Op.L1Penalty o -> throw Unsupported.refusal(op.kind().label());
            case Op.L1Backward o -> throw Unsupported.refusal(op.kind().label());
            case Op.KlColumns o -> throw Unsupported.refusal(op.kind().label());
            case Op.LogRatio o -> throw Unsupported.refusal(op.kind().label());
            case Op.LogRatioBackward o -> throw Unsupported.refusal(op.kind().label());
            case Op.ImportanceWeights o -> throw Unsupported.refusal(op.kind().label());
            case Op.WeightRows o -> throw Unsupported.refusal(op.kind().label());
            case Op.LogLikelihood o -> Map.of("B", b, "D", width(o.x()));
            case Op.ReduceLoss o -> Map.of("B", b);
            case Op.LikelihoodBackward o -> Map.of("B", b, "D", width(o.x()));
            case Op.LinearBackwardData o -> layer(o.layer(), b);
            case Op.LinearBackwardWeight o -> layer(o.layer(), b);
            case Op.ColumnSum o -> op.all(Op.LinearBackwardWeight.class).stream().findFirst().map(w -> layer(w.layer(), b))
                    .orElseGet(() -> Map.of("B", b, "N", width(o.out())));
            case Op.ActivateBackward o -> Map.of("B", b, "N", width(o.dA()));
            case Op.ReparameterizeBackward o -> Map.of("B", b, "L", width(o.dz()));
            case Op.KlBackward o -> Map.of("B", b, "L", (long) o.heads().columns());
            case Op.Add o -> Map.of("B", b, "N", width(o.out()));
            case Op.SquaredNorm o -> Map.of("count", o.gradient().elements(batch));
            case Op.Update o -> Map.of("blocks", op.all(Op.Update.class).stream().mapToLong(u -> blocks(u.parameter())).sum());
        };
    }

    private static Map<String, Long> layer(Layer layer, long batch) {
        return Map.of("B", batch, "N", (long) layer.width(), "K", (long) layer.inputs());
    }

    private static long width(Tensor t) {
        return t.width();
    }

    /// Blocks that update a parameter.
    static long blocks(Tensor parameter) {
        return Math.ceilDiv(parameter.elements(1), (long) UPDATE_CHUNK);
    }
}
