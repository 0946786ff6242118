package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.BackendUnavailableException;
import dev.fusedvae.graph.Op;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.spec.Likelihood;
import java.util.Optional;

/// What plans may hold that this backend has no kernels for yet: refused when a plan is loaded, in one sentence.
final class Unsupported {
    private Unsupported() {}

    static void refuse(Plan plan) {
        for (Op op : plan.graph().ops()) {
            what(op).ifPresent(what -> {
                throw refusal(what);
            });
        }
        if (plan.graph().tensors().stream().anyMatch(t -> t.samples() > 1)) {
            throw refusal("several samples an example");
        }
    }

    static BackendUnavailableException refusal(String what) {
        return new BackendUnavailableException("the cuda backend has no kernels for " + what + " yet; use --backend cpu");
    }

    private static Optional<String> what(Op op) {
        return switch (op) {
            case Op.BernoulliSample o -> Optional.of("Gibbs sampling");
            case Op.Contrast o -> Optional.of("contrastive divergence");
            case Op.Corrupt o -> Optional.of("corruption of the input");
            case Op.L1Penalty o -> Optional.of("the L1 penalty");
            case Op.L1Backward o -> Optional.of("the L1 penalty");
            case Op.KlColumns o -> Optional.of("free bits");
            case Op.LogRatio o -> Optional.of("importance weights");
            case Op.LogRatioBackward o -> Optional.of("importance weights");
            case Op.ImportanceWeights o -> Optional.of("importance weights");
            case Op.WeightRows o -> Optional.of("importance weights");
            case Op.KlDivergence o -> o.prior().standard() ? Optional.empty() : Optional.of("priors other than N(0, I)");
            case Op.KlBackward o -> o.prior().standard() ? Optional.empty() : Optional.of("priors other than N(0, I)");
            case Op.LogLikelihood o -> what(o.likelihood());
            case Op.LikelihoodBackward o -> what(o.likelihood());
            default -> Optional.empty();
        };
    }

    private static Optional<String> what(Likelihood likelihood) {
        return likelihood instanceof Likelihood.ContinuousBernoulli || likelihood instanceof Likelihood.GaussianVector
                ? Optional.of("the likelihood " + likelihood.flag())
                : Optional.empty();
    }
}
