package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.fusedvae.backend.BackendUnavailableException;
import dev.fusedvae.check.Trial;
import dev.fusedvae.fuse.FusionLevel;
import dev.fusedvae.spec.Corruption;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.Prior;
import dev.fusedvae.spec.VaeSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// No device is needed to say what has no kernels.
class UnsupportedTest {
    private static final VaeSpec SPEC = VaeSpec.of(8, List.of(6), 3);

    @Test
    void plansWithoutKernels_areRefusedInOneSentence() {
        Map<String, VaeSpec> cases = Map.of(
                "importance weights", SPEC.withObjective(new Objective.Iwae(1, true)),
                "several samples an example", SPEC.withObjective(new Objective.Vae(1, 0).withSamples(2)),
                "free bits", SPEC.withObjective(new Objective.Vae(1, 0).withFreeBits(0.1)),
                "the L1 penalty", SPEC.withObjective(new Objective.Sparse(0.1)),
                "corruption of the input", SPEC.withCorruption(new Corruption.Masking(0.5)),
                "priors other than N(0, I)", SPEC.withPrior(Prior.of(1, 1)),
                "the likelihood continuous-bernoulli", SPEC.withLikelihood(new Likelihood.ContinuousBernoulli()),
                "the likelihood gaussian-vector", SPEC.withLikelihood(new Likelihood.GaussianVector()));
        for (FusionLevel level : FusionLevel.values()) {
            cases.forEach((what, spec) -> assertEquals("the cuda backend has no kernels for " + what + " yet; use --backend cpu",
                    assertThrows(BackendUnavailableException.class, () -> Unsupported.refuse(Trial.of(spec, 4, 8, 1).plan(level))).getMessage()));
            assertDoesNotThrow(() -> Unsupported.refuse(Trial.of(SPEC, 4, 8, 1).plan(level)));
        }
    }
}
