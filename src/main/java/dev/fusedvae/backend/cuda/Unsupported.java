package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.BackendUnavailableException;
import dev.fusedvae.graph.Op;
import dev.fusedvae.plan.Plan;

/// What plans may hold that this backend has no kernels for yet, an RBM's ops: refused when a plan is loaded, in one sentence.
final class Unsupported {
    private Unsupported() {}

    static void refuse(Plan plan) {
        if (plan.graph().ops().stream().anyMatch(op -> op instanceof Op.BernoulliSample || op instanceof Op.Contrast)) {
            throw refusal("Gibbs sampling");
        }
    }

    static BackendUnavailableException refusal(String what) {
        return new BackendUnavailableException("the cuda backend has no kernels for " + what + " yet; use --backend cpu");
    }
}
