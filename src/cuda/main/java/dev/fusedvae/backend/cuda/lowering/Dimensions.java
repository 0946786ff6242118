package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.graph.Layer;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// The sizes that a kernel's launch line may name: `B`, and what its op is about.
public final class Dimensions {
    /// Elements of a parameter that one block updates; `UPDATE_CHUNK` of args.cuh.
    public static final int UPDATE_CHUNK = 1024;

    /// Ops of which a block or a thread has all samples of its examples.
    private static final Set<Kind> BY_EXAMPLE = EnumSet.of(Kind.LATENT_FORWARD, Kind.LATENT_BACKWARD, Kind.REDUCE_LOSS, Kind.IMPORTANCE_WEIGHTS,
            Kind.REPARAMETERIZE_BACKWARD, Kind.KL_BACKWARD, Kind.LOG_RATIO_BACKWARD, Kind.LATENT_GRAD, Kind.WEIGHTED_LATENT_GRAD);

    private Dimensions() {}

    /// `B`, and `N`, `K` of a layer, `L` of a latent, `D` of features, `count` of a gradient, or `blocks` of an update.
    public static Map<String, Long> of(FusedOp op, int batch) {
        long b = rows(op, batch);
        return switch (op.kind()) {
            case GATHER_LINEAR_BIAS_ACT, LINEAR_BACKWARD_WEIGHT_BIAS, LINEAR_BACKWARD_UPDATE -> layer(layer(op), b);
            case LATENT_FORWARD, LATENT_BACKWARD, REDUCE_LOSS, IMPORTANCE_WEIGHTS -> Map.of("B", b);
            case OUTPUT_LIKELIHOOD -> Map.of("B", b, "D", width(op.only(Op.LogLikelihood.class).x()));
            case COLUMN_SUM, SCALAR_UPDATE -> Map.of("B", b, "N", width(op.only(Op.ColumnSum.class).out()));
            case WEIGHTED_LATENT_GRAD -> Map.of("B", b, "L", width(op.only(Op.LogRatioBackward.class).eps()));
            case BERNOULLI_SAMPLE, CONTRAST, LINEAR_BIAS_ACT_SAMPLE, TRANSPOSED_BIAS_ACT_SAMPLE -> ofFirst(op, b, batch);
            case GATHER, LINEAR, ADD_BIAS, ACTIVATE, NOISE, REPARAMETERIZE, KL_DIVERGENCE, KL_COLUMNS, CORRUPT, L1_PENALTY, LOG_RATIO, LOG_LIKELIHOOD,
                 LIKELIHOOD_BACKWARD, LINEAR_BACKWARD_DATA, LINEAR_BACKWARD_WEIGHT, ACTIVATE_BACKWARD, REPARAMETERIZE_BACKWARD, KL_BACKWARD,
                 WEIGHT_ROWS, LOG_RATIO_BACKWARD, L1_BACKWARD, ADD, SQUARED_NORM, UPDATE, LINEAR_BIAS_ACT, REPARAM_KL, REPARAM_RATIO,
                 LIKELIHOOD_GRAD, LINEAR_BACKWARD_DATA_ACT, LATENT_GRAD, L1_GRAD, MULTI_TENSOR_UPDATE -> ofFirst(op, b, batch);
        };
    }

    /// `B`, the `batch` of the arguments: rows, samples counted, of what the op works on; examples for [#BY_EXAMPLE].
    static long rows(FusedOp op, int batch) {
        return BY_EXAMPLE.contains(op.kind()) ? batch : (long) batch * samples(op);
    }

    /// Rows an example in the tensors that the op works on.
    static int samples(FusedOp op) {
        return op.ops().stream().flatMap(o -> Stream.concat(o.reads().stream(), o.writes().stream())).mapToInt(Tensor::samples).max().orElse(1);
    }

    /// Where the first op of the definition says all.
    private static Map<String, Long> ofFirst(FusedOp op, long b, int batch) {
        return switch (op.ops().getFirst()) {
            case Op.Gather o -> Map.of("B", b, "D", width(o.x()));
            case Op.Linear o -> layer(o.layer(), b);
            case Op.AddBias o -> Map.of("B", b, "N", width(o.y()));
            case Op.Activate o -> Map.of("B", b, "N", width(o.y()));
            case Op.Noise o -> Map.of("B", b, "L", width(o.eps()));
            case Op.Reparameterize o -> Map.of("B", b, "L", width(o.z()));
            case Op.KlDivergence o -> Map.of("B", b, "L", (long) o.heads().columns());
            case Op.BernoulliSample o -> Map.of("B", b, "N", width(o.p()));
            case Op.Contrast o -> Map.of("B", b, "N", width(o.rows()));
            case Op.KlColumns o -> Map.of("B", b, "L", (long) o.heads().columns());
            case Op.Corrupt o -> Map.of("B", b, "D", width(o.x()));
            case Op.L1Penalty o -> Map.of("B", b, "N", width(o.code()));
            case Op.L1Backward o -> Map.of("B", b, "N", width(o.code()));
            case Op.LogRatio o -> Map.of("B", b, "L", width(o.eps()));
            case Op.LogRatioBackward o -> Map.of("B", b, "L", width(o.eps()));
            case Op.ImportanceWeights o -> Map.of("B", b);
            case Op.WeightRows o -> Map.of("B", b, "N", width(o.out()));
            case Op.LogLikelihood o -> Map.of("B", b, "D", width(o.x()));
            case Op.ReduceLoss o -> Map.of("B", b);
            case Op.LikelihoodBackward o -> Map.of("B", b, "D", width(o.x()));
            case Op.LinearBackwardData o -> layer(o.layer(), b);
            case Op.LinearBackwardWeight o -> layer(o.layer(), b);
            case Op.ColumnSum o -> Map.of("B", b, "N", width(o.out()));
            case Op.ActivateBackward o -> Map.of("B", b, "N", width(o.dA()));
            case Op.ReparameterizeBackward o -> Map.of("B", b, "L", width(o.dz()));
            case Op.KlBackward o -> Map.of("B", b, "L", (long) o.heads().columns());
            case Op.Add o -> Map.of("B", b, "N", width(o.out()));
            case Op.SquaredNorm o -> Map.of("count", o.gradient().elements(batch));
            case Op.Update o -> Map.of("blocks", op.all(Op.Update.class).stream().mapToLong(u -> blocks(u.parameter())).sum());
        };
    }

    private static Layer layer(FusedOp op) {
        return op.all(Op.LinearBackwardWeight.class).stream().map(Op.LinearBackwardWeight::layer).findFirst()
                .orElseGet(() -> op.only(Op.Linear.class).layer());
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
