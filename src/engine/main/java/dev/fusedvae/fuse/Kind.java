package dev.fusedvae.fuse;

import static dev.fusedvae.fuse.Rule.Link.CONSUMES;
import static dev.fusedvae.fuse.Rule.Link.FREE;
import static dev.fusedvae.fuse.Rule.Link.SHARES;
import static dev.fusedvae.fuse.Rule.next;
import static dev.fusedvae.fuse.Rule.rowBlocks;
import static dev.fusedvae.fuse.Rule.rule;
import static dev.fusedvae.fuse.Rule.start;
import static dev.fusedvae.spec.FusionLevel.EPILOGUE;
import static dev.fusedvae.spec.FusionLevel.LAYER;

import dev.fusedvae.graph.Formula;
import dev.fusedvae.graph.Layer.Place;
import dev.fusedvae.graph.Op;
import java.util.List;
import java.util.Locale;

/// What a fused op computes: first the primitive ops, then what [#RULES] make of them.
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
    LINEAR_BIAS_ACT_SAMPLE("state = word < act(x Wᵀ + b)·2³²"),
    TRANSPOSED_BIAS_ACT_SAMPLE("state = word < act(dY W + b)·2³²"),
    REPARAM_KL("ε; z = μ + σ⊙ε; kl = KL(q‖p)"),
    REPARAM_RATIO("ε; z = μ + σ⊙ε; ratio = log p(z) − log q(z|x)"),
    LIKELIHOOD_GRAD("ll = Σ log p(x|y); dY = −∂ll/∂y / (B·shares)"),
    LINEAR_BACKWARD_DATA_ACT("dA = (dY W) ⊙ act′"),
    LINEAR_BACKWARD_WEIGHT_BIAS("dW = dYᵀ x; db = Σ dY"),
    LATENT_GRAD("dμ, dlogσ² from dz and β·KL"),
    WEIGHTED_LATENT_GRAD("dμ, dlogσ² from weights·dz and the ratio"),
    L1_GRAD("out = a + β sign(code) / B"),
    MULTI_TENSOR_UPDATE("all parameters = optimizer(parameters, gradients)"),

    GATHER_LINEAR_BIAS_ACT("x = gather; y = act(x Wᵀ + b)"),
    LATENT_FORWARD("μ, logσ² = heads; z = μ + σ⊙ε; kl; first decoder layer"),
    OUTPUT_LIKELIHOOD("y = h Wᵀ + b; ll; dY: y never reaches memory"),
    LATENT_BACKWARD("dz; dμ, dlogσ²; gradient of the last encoder layer"),
    LINEAR_BACKWARD_UPDATE("W, b = optimizer(W, b, dYᵀx, ΣdY): dW never reaches memory"),
    SCALAR_UPDATE("parameter = optimizer(parameter, Σ dY)");

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

    /// The kind of a primitive op that is a call of its own.
    public static Kind of(Op op) {
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

    /// What makes fused ops of primitive ones: tried in this order, each wherever it fits.
    static final List<Rule> RULES = List.of(
            rule(LINEAR_BIAS_ACT_SAMPLE, EPILOGUE,
                    start(LINEAR), next(ADD_BIAS, CONSUMES), next(ACTIVATE, CONSUMES), next(BERNOULLI_SAMPLE, CONSUMES)),
            rule(TRANSPOSED_BIAS_ACT_SAMPLE, EPILOGUE,
                    start(LINEAR_BACKWARD_DATA), next(ADD_BIAS, CONSUMES), next(ACTIVATE, CONSUMES).opt(),
                    next(BERNOULLI_SAMPLE, CONSUMES).opt()),
            rule(LINEAR_BIAS_ACT, EPILOGUE,
                    start(LINEAR), next(ADD_BIAS, CONSUMES).opt(), next(ACTIVATE, CONSUMES).opt()),
            rule(REPARAM_KL, EPILOGUE,
                    start(NOISE), next(REPARAMETERIZE, CONSUMES), next(KL_DIVERGENCE, SHARES)),
            rule(REPARAM_RATIO, EPILOGUE,
                    start(NOISE), next(REPARAMETERIZE, CONSUMES), next(LOG_RATIO, SHARES)),
            rule(LIKELIHOOD_GRAD, EPILOGUE,
                    start(LOG_LIKELIHOOD), next(LIKELIHOOD_BACKWARD, SHARES).opt()),
            rule(LINEAR_BACKWARD_DATA_ACT, EPILOGUE,
                    start(LINEAR_BACKWARD_DATA), next(ACTIVATE_BACKWARD, CONSUMES).opt()),
            rule(LINEAR_BACKWARD_WEIGHT_BIAS, EPILOGUE,
                    start(WEIGHT_ROWS), next(LINEAR_BACKWARD_WEIGHT, CONSUMES), next(COLUMN_SUM, CONSUMES).opt(),
                    next(SQUARED_NORM, CONSUMES).many()),
            rule(LINEAR_BACKWARD_WEIGHT_BIAS, EPILOGUE,
                    start(LINEAR_BACKWARD_WEIGHT), next(COLUMN_SUM, SHARES).opt(), next(SQUARED_NORM, CONSUMES).many()),
            rule(COLUMN_SUM, EPILOGUE,
                    start(WEIGHT_ROWS), next(COLUMN_SUM, CONSUMES), next(SQUARED_NORM, CONSUMES).opt()),
            rule(COLUMN_SUM, EPILOGUE,
                    start(COLUMN_SUM), next(SQUARED_NORM, CONSUMES).opt()),
            rule(LATENT_GRAD, EPILOGUE,
                    start(REPARAMETERIZE_BACKWARD), next(KL_BACKWARD, SHARES), next(ADD, CONSUMES)),
            rule(WEIGHTED_LATENT_GRAD, EPILOGUE,
                    start(WEIGHT_ROWS), next(REPARAMETERIZE_BACKWARD, CONSUMES), next(LOG_RATIO_BACKWARD, SHARES),
                    next(ADD, CONSUMES)),
            rule(L1_GRAD, EPILOGUE,
                    start(L1_BACKWARD), next(ADD, CONSUMES)),

            rule(GATHER_LINEAR_BIAS_ACT, LAYER,
                    start(GATHER), next(CORRUPT, CONSUMES).opt(), next(LINEAR_BIAS_ACT, CONSUMES).at(Place.ENCODER)),
            rowBlocks(LATENT_FORWARD,
                    start(GATHER), next(CORRUPT, CONSUMES).opt(), next(LINEAR_BIAS_ACT, CONSUMES).at(Place.HEADS).budgeted(),
                    next(REPARAM_KL, CONSUMES).opt(), next(REPARAM_RATIO, CONSUMES).opt(), next(L1_PENALTY, CONSUMES).opt(),
                    next(LINEAR_BIAS_ACT, CONSUMES).at(Place.DECODER).budgeted().opt()),
            rowBlocks(LATENT_FORWARD,
                    start(LINEAR_BIAS_ACT).at(Place.HEADS), next(REPARAM_KL, CONSUMES).budgeted().opt(),
                    next(REPARAM_RATIO, CONSUMES).budgeted().opt(), next(L1_PENALTY, CONSUMES).budgeted().opt(),
                    next(LINEAR_BIAS_ACT, CONSUMES).at(Place.DECODER).budgeted().opt()),
            rule(OUTPUT_LIKELIHOOD, LAYER,
                    start(LINEAR_BIAS_ACT).at(Place.OUTPUT), next(LIKELIHOOD_GRAD, CONSUMES)),
            rowBlocks(LATENT_BACKWARD,
                    start(LINEAR_BACKWARD_DATA_ACT).at(Place.DECODER).leading(), next(LATENT_GRAD, CONSUMES).budgeted().opt(),
                    next(WEIGHTED_LATENT_GRAD, CONSUMES).budgeted().opt(), next(L1_GRAD, CONSUMES).budgeted().opt(),
                    next(LINEAR_BACKWARD_DATA_ACT, CONSUMES).at(Place.HEADS).budgeted().opt()),
            rowBlocks(LATENT_BACKWARD,
                    start(LINEAR_BACKWARD_DATA_ACT).at(Place.OUTPUT).leading(), next(LATENT_GRAD, CONSUMES).budgeted().opt(),
                    next(WEIGHTED_LATENT_GRAD, CONSUMES).budgeted().opt(), next(L1_GRAD, CONSUMES).budgeted().opt(),
                    next(LINEAR_BACKWARD_DATA_ACT, CONSUMES).at(Place.HEADS).budgeted().opt()),
            new Rule(LINEAR_BACKWARD_UPDATE, LAYER, Rule.When.FUSED_OPTIMIZER, 1,
                    List.of(start(LINEAR_BACKWARD_WEIGHT_BIAS), next(UPDATE, CONSUMES).many())),
            new Rule(SCALAR_UPDATE, LAYER, Rule.When.FUSED_OPTIMIZER, 1,
                    List.of(start(COLUMN_SUM), next(UPDATE, CONSUMES))),
            rule(MULTI_TENSOR_UPDATE, EPILOGUE,
                    start(UPDATE), next(UPDATE, FREE).many()));
}
