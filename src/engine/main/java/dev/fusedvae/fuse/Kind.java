package dev.fusedvae.fuse;

import dev.fusedvae.graph.Formula;
import dev.fusedvae.graph.Op;
import java.util.Locale;

/// What a fused op computes: first the primitive ops, then what rules make of them.
public enum Kind {
    GATHER(Op.Gather.class),
    LINEAR(Op.Linear.class),
    ADD_BIAS(Op.AddBias.class),
    ACTIVATE(Op.Activate.class),
    BERNOULLI_SAMPLE(Op.BernoulliSample.class),
    CONTRAST(Op.Contrast.class),
    NOISE(Op.Noise.class),
    REPARAMETERIZE(Op.Reparameterize.class),
    KL_DIVERGENCE(Op.KlDivergence.class),
    KL_COLUMNS(Op.KlColumns.class),
    CORRUPT(Op.Corrupt.class),
    L1_PENALTY(Op.L1Penalty.class),
    LOG_RATIO(Op.LogRatio.class),
    IMPORTANCE_WEIGHTS(Op.ImportanceWeights.class),
    LOG_LIKELIHOOD(Op.LogLikelihood.class),
    REDUCE_LOSS(Op.ReduceLoss.class),
    LIKELIHOOD_BACKWARD(Op.LikelihoodBackward.class),
    LINEAR_BACKWARD_DATA(Op.LinearBackwardData.class),
    LINEAR_BACKWARD_WEIGHT(Op.LinearBackwardWeight.class),
    COLUMN_SUM(Op.ColumnSum.class),
    ACTIVATE_BACKWARD(Op.ActivateBackward.class),
    REPARAMETERIZE_BACKWARD(Op.ReparameterizeBackward.class),
    KL_BACKWARD(Op.KlBackward.class),
    WEIGHT_ROWS(Op.WeightRows.class),
    LOG_RATIO_BACKWARD(Op.LogRatioBackward.class),
    L1_BACKWARD(Op.L1Backward.class),
    ADD(Op.Add.class),
    SQUARED_NORM(Op.SquaredNorm.class),
    UPDATE(Op.Update.class),

    LINEAR_BIAS_ACT("y = act(x Wᵀ + b)"),
    LINEAR_BIAS_ACT_SAMPLE("s = word < act(x Wᵀ + b)·2³²"),
    TRANSPOSED_BIAS_ACT_SAMPLE("s = word < act(y W + b)·2³²"),
    REPARAM_KL("ε; z = μ + σ⊙ε; kl = KL(q‖p)"),
    REPARAM_RATIO("ε; z = μ + σ⊙ε; ratio = log p(z) − log q(z|x)"),
    LIKELIHOOD_GRAD("ll = Σ log p(x|y); dY = −∂ll/∂y / (B·shares)"),
    LINEAR_BACKWARD_DATA_ACT("dA = (dY W) ⊙ act′"),
    LINEAR_BACKWARD_WEIGHT_BIAS("dW = dYᵀ X; db = Σ dY"),
    LATENT_GRAD("dμ, dlogσ² from dz and β·KL"),
    WEIGHTED_LATENT_GRAD("dμ, dlogσ² from w̃ dz and the ratio"),
    L1_GRAD("dz = dX + β sign(z) / B"),
    MULTI_TENSOR_UPDATE("all parameters = optimizer(parameters, gradients)"),

    GATHER_LINEAR_BIAS_ACT("x = gather; y = act(x Wᵀ + b)"),
    LATENT_FORWARD("μ, logσ² = heads; z = μ + σ⊙ε; kl; first decoder layer"),
    OUTPUT_LIKELIHOOD("y = h Wᵀ + b; ll; dY: y never reaches memory"),
    LATENT_BACKWARD("dz; dμ, dlogσ²; gradient of the last encoder layer"),
    LINEAR_BACKWARD_UPDATE("W, b = optimizer(W, b, dYᵀX, ΣdY): dW never reaches memory"),
    SCALAR_UPDATE("s = optimizer(s, Σ ds)");

    private final String formula;

    /// Of a primitive op, which says itself what it computes.
    Kind(Class<? extends Op> primitive) {
        this(primitive.getAnnotation(Formula.class).value());
    }

    Kind(String formula) {
        this.formula = formula;
    }

    /// What it computes, in one line.
    public String formula() {
        return formula;
    }

    /// The name under which kernels, plans and reports know it.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Kind of(Op op) {
        return switch (op) {
            case Op.Gather o -> GATHER;
            case Op.Linear o -> LINEAR;
            case Op.AddBias o -> ADD_BIAS;
            case Op.Activate o -> ACTIVATE;
            case Op.BernoulliSample o -> BERNOULLI_SAMPLE;
            case Op.Contrast o -> CONTRAST;
            case Op.Noise o -> NOISE;
            case Op.Reparameterize o -> REPARAMETERIZE;
            case Op.KlDivergence o -> KL_DIVERGENCE;
            case Op.KlColumns o -> KL_COLUMNS;
            case Op.Corrupt o -> CORRUPT;
            case Op.L1Penalty o -> L1_PENALTY;
            case Op.LogRatio o -> LOG_RATIO;
            case Op.ImportanceWeights o -> IMPORTANCE_WEIGHTS;
            case Op.WeightRows o -> WEIGHT_ROWS;
            case Op.LogRatioBackward o -> LOG_RATIO_BACKWARD;
            case Op.L1Backward o -> L1_BACKWARD;
            case Op.LogLikelihood o -> LOG_LIKELIHOOD;
            case Op.ReduceLoss o -> REDUCE_LOSS;
            case Op.LikelihoodBackward o -> LIKELIHOOD_BACKWARD;
            case Op.LinearBackwardData o -> LINEAR_BACKWARD_DATA;
            case Op.LinearBackwardWeight o -> LINEAR_BACKWARD_WEIGHT;
            case Op.ColumnSum o -> COLUMN_SUM;
            case Op.ActivateBackward o -> ACTIVATE_BACKWARD;
            case Op.ReparameterizeBackward o -> REPARAMETERIZE_BACKWARD;
            case Op.KlBackward o -> KL_BACKWARD;
            case Op.Add o -> ADD;
            case Op.SquaredNorm o -> SQUARED_NORM;
            case Op.Update o -> UPDATE;
        };
    }
}
