package dev.fusedvae.fuse;

import static dev.fusedvae.spec.FusionLevel.EPILOGUE;
import static dev.fusedvae.spec.FusionLevel.LAYER;
import static dev.fusedvae.fuse.Rule.Link.CONSUMES;
import static dev.fusedvae.fuse.Rule.Link.FREE;
import static dev.fusedvae.fuse.Rule.Link.SHARES;

import dev.fusedvae.graph.Layer.Place;
import dev.fusedvae.spec.FusionLevel;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// One fusion: a pattern of neighbours and what they become. Rules are tried in order, each wherever it fits.
///
/// @param result the kind of the fused op
/// @param since  the lowest level at which the rule applies
/// @param when   whether the rule needs an optimizer that may run where gradients are made
/// @param least  groups that must come together; below, the group that starts stays what it is
/// @param parts  the pattern; the first part starts a group, the others join it
public record Rule(Kind result, FusionLevel since, When when, int least, List<Part> parts) {

    /// How a part hangs on the group so far.
    public enum Link {
        /// It reads what the group writes.
        CONSUMES,
        /// It reads something that the group reads too.
        SHARES,
        /// It need not touch the group.
        FREE
    }

    /// Whether the optimizer may run where gradients are made.
    public enum When { ALWAYS, FUSED_OPTIMIZER }

    /// @param places   where the layer of the part may stand; empty for anywhere
    /// @param first    whether the layer must be the first of its half
    /// @param rereads  whether each row block reads this part's weights again, so that the budget applies
    public record Part(Kind kind, Link link, boolean optional, boolean repeated, Set<Place> places, boolean first, boolean rereads) {
        static Part of(Kind kind, Link link) {
            return new Part(kind, link, false, false, Set.of(), false, false);
        }

        Part opt() {
            return new Part(kind, link, true, repeated, places, first, rereads);
        }

        Part many() {
            return new Part(kind, link, true, true, places, first, rereads);
        }

        Part at(Place place) {
            return new Part(kind, link, optional, repeated, EnumSet.of(place), first, rereads);
        }

        Part leading() {
            return new Part(kind, link, optional, repeated, places, true, rereads);
        }

        Part budgeted() {
            return new Part(kind, link, optional, repeated, places, first, true);
        }
    }

    static final List<Rule> ALL = List.of(
            rule(Kind.LINEAR_BIAS_ACT_SAMPLE, EPILOGUE,
                    start(Kind.LINEAR), next(Kind.ADD_BIAS, CONSUMES), next(Kind.ACTIVATE, CONSUMES), next(Kind.BERNOULLI_SAMPLE, CONSUMES)),
            rule(Kind.TRANSPOSED_BIAS_ACT_SAMPLE, EPILOGUE,
                    start(Kind.LINEAR_BACKWARD_DATA), next(Kind.ADD_BIAS, CONSUMES), next(Kind.ACTIVATE, CONSUMES).opt(),
                    next(Kind.BERNOULLI_SAMPLE, CONSUMES).opt()),
            rule(Kind.LINEAR_BIAS_ACT, EPILOGUE,
                    start(Kind.LINEAR), next(Kind.ADD_BIAS, CONSUMES).opt(), next(Kind.ACTIVATE, CONSUMES).opt()),
            rule(Kind.REPARAM_KL, EPILOGUE,
                    start(Kind.NOISE), next(Kind.REPARAMETERIZE, CONSUMES), next(Kind.KL_DIVERGENCE, SHARES)),
            rule(Kind.REPARAM_RATIO, EPILOGUE,
                    start(Kind.NOISE), next(Kind.REPARAMETERIZE, CONSUMES), next(Kind.LOG_RATIO, SHARES)),
            rule(Kind.LIKELIHOOD_GRAD, EPILOGUE,
                    start(Kind.LOG_LIKELIHOOD), next(Kind.LIKELIHOOD_BACKWARD, SHARES).opt()),
            rule(Kind.LINEAR_BACKWARD_DATA_ACT, EPILOGUE,
                    start(Kind.LINEAR_BACKWARD_DATA), next(Kind.ACTIVATE_BACKWARD, CONSUMES).opt()),
            rule(Kind.LINEAR_BACKWARD_WEIGHT_BIAS, EPILOGUE,
                    start(Kind.WEIGHT_ROWS), next(Kind.LINEAR_BACKWARD_WEIGHT, CONSUMES), next(Kind.COLUMN_SUM, CONSUMES).opt(),
                    next(Kind.SQUARED_NORM, CONSUMES).many()),
            rule(Kind.LINEAR_BACKWARD_WEIGHT_BIAS, EPILOGUE,
                    start(Kind.LINEAR_BACKWARD_WEIGHT), next(Kind.COLUMN_SUM, SHARES).opt(), next(Kind.SQUARED_NORM, CONSUMES).many()),
            rule(Kind.COLUMN_SUM, EPILOGUE,
                    start(Kind.WEIGHT_ROWS), next(Kind.COLUMN_SUM, CONSUMES), next(Kind.SQUARED_NORM, CONSUMES).opt()),
            rule(Kind.COLUMN_SUM, EPILOGUE,
                    start(Kind.COLUMN_SUM), next(Kind.SQUARED_NORM, CONSUMES).opt()),
            rule(Kind.LATENT_GRAD, EPILOGUE,
                    start(Kind.REPARAMETERIZE_BACKWARD), next(Kind.KL_BACKWARD, SHARES), next(Kind.ADD, CONSUMES)),
            rule(Kind.WEIGHTED_LATENT_GRAD, EPILOGUE,
                    start(Kind.WEIGHT_ROWS), next(Kind.REPARAMETERIZE_BACKWARD, CONSUMES), next(Kind.LOG_RATIO_BACKWARD, SHARES),
                    next(Kind.ADD, CONSUMES)),
            rule(Kind.L1_GRAD, EPILOGUE,
                    start(Kind.L1_BACKWARD), next(Kind.ADD, CONSUMES)),

            rule(Kind.GATHER_LINEAR_BIAS_ACT, LAYER,
                    start(Kind.GATHER), next(Kind.CORRUPT, CONSUMES).opt(), next(Kind.LINEAR_BIAS_ACT, CONSUMES).at(Place.ENCODER)),
            rowBlocks(Kind.LATENT_FORWARD,
                    start(Kind.GATHER), next(Kind.CORRUPT, CONSUMES).opt(), next(Kind.LINEAR_BIAS_ACT, CONSUMES).at(Place.HEADS).budgeted(),
                    next(Kind.REPARAM_KL, CONSUMES).opt(), next(Kind.REPARAM_RATIO, CONSUMES).opt(), next(Kind.L1_PENALTY, CONSUMES).opt(),
                    next(Kind.LINEAR_BIAS_ACT, CONSUMES).at(Place.DECODER).budgeted().opt()),
            rowBlocks(Kind.LATENT_FORWARD,
                    start(Kind.LINEAR_BIAS_ACT).at(Place.HEADS), next(Kind.REPARAM_KL, CONSUMES).budgeted().opt(),
                    next(Kind.REPARAM_RATIO, CONSUMES).budgeted().opt(), next(Kind.L1_PENALTY, CONSUMES).budgeted().opt(),
                    next(Kind.LINEAR_BIAS_ACT, CONSUMES).at(Place.DECODER).budgeted().opt()),
            rule(Kind.OUTPUT_LIKELIHOOD, LAYER,
                    start(Kind.LINEAR_BIAS_ACT).at(Place.OUTPUT), next(Kind.LIKELIHOOD_GRAD, CONSUMES)),
            rowBlocks(Kind.LATENT_BACKWARD,
                    start(Kind.LINEAR_BACKWARD_DATA_ACT).at(Place.DECODER).leading(), next(Kind.LATENT_GRAD, CONSUMES).budgeted().opt(),
                    next(Kind.WEIGHTED_LATENT_GRAD, CONSUMES).budgeted().opt(), next(Kind.L1_GRAD, CONSUMES).budgeted().opt(),
                    next(Kind.LINEAR_BACKWARD_DATA_ACT, CONSUMES).at(Place.HEADS).budgeted().opt()),
            rowBlocks(Kind.LATENT_BACKWARD,
                    start(Kind.LINEAR_BACKWARD_DATA_ACT).at(Place.OUTPUT).leading(), next(Kind.LATENT_GRAD, CONSUMES).budgeted().opt(),
                    next(Kind.WEIGHTED_LATENT_GRAD, CONSUMES).budgeted().opt(), next(Kind.L1_GRAD, CONSUMES).budgeted().opt(),
                    next(Kind.LINEAR_BACKWARD_DATA_ACT, CONSUMES).at(Place.HEADS).budgeted().opt()),
            new Rule(Kind.LINEAR_BACKWARD_UPDATE, LAYER, When.FUSED_OPTIMIZER, 1,
                    List.of(start(Kind.LINEAR_BACKWARD_WEIGHT_BIAS), next(Kind.UPDATE, CONSUMES).many())),
            new Rule(Kind.SCALAR_UPDATE, LAYER, When.FUSED_OPTIMIZER, 1,
                    List.of(start(Kind.COLUMN_SUM), next(Kind.UPDATE, CONSUMES))),
            rule(Kind.MULTI_TENSOR_UPDATE, EPILOGUE,
                    start(Kind.UPDATE), next(Kind.UPDATE, FREE).many()));

    private static Rule rule(Kind result, FusionLevel since, Part... parts) {
        return new Rule(result, since, When.ALWAYS, 1, List.of(parts));
    }

    /// Work by row blocks pays where a layer's rows need not leave the block; a product alone is better off in tiles.
    private static Rule rowBlocks(Kind result, Part... parts) {
        return new Rule(result, LAYER, When.ALWAYS, 2, List.of(parts));
    }

    private static Part start(Kind kind) {
        return Part.of(kind, FREE);
    }

    private static Part next(Kind kind, Link link) {
        return Part.of(kind, link);
    }

    boolean applies(FusionLevel level, boolean wholeGradients) {
        return level.compareTo(since) >= 0 && switch (when) {
            case ALWAYS -> true;
            case FUSED_OPTIMIZER -> !wholeGradients;
        };
    }
}
