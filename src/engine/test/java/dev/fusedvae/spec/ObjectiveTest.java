package dev.fusedvae.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ObjectiveTest {
    private static void refuses(String part, Runnable build) {
        String message = assertThrows(SpecException.class, build::run).getMessage();
        assertTrue(message.contains(part), message);
    }

    @Test
    void impossibleNumbers_areRefusedWithTheirValue() {
        refuses("samples must be in 1..65536, got 0", () -> new Objective.Iwae(0, false));
        refuses("samples must be in 1..65536, got -3", () -> new Objective.Vae(1, 0, 0, -3));
        refuses("free bits must be a finite number of nats >= 0, got -0.1", () -> new Objective.Vae(1, 0, -0.1, 1));
        refuses("sparsity weight", () -> new Objective.Sparse(Double.NaN));
        refuses("(0,1), got 1.0", () -> new Corruption.Masking(1));
        refuses("> 0, got 0.0", () -> new Corruption.Gaussian(0));
        refuses("variances must be finite numbers > 0, got 0.0", () -> Prior.of(0, 0));
        refuses("one for each of the 3, got 2 and 1",
                () -> VaeSpec.of(4, List.of(), 3).withPrior(new Prior(List.of(0.0, 1.0), List.of(1.0))));
    }

    @Test
    void prior_isRefusedWhereNothingIsRandom() {
        VaeSpec spec = VaeSpec.of(4, List.of(), 3).withPrior(Prior.of(1, 1));
        refuses("use vae or iwae, or leave the prior out", () -> spec.withObjective(new Objective.Autoencoder()));
        refuses("use vae or iwae, or leave the prior out", () -> spec.withObjective(new Objective.Sparse(1)));
        assertEquals(1, spec.withObjective(new Objective.Iwae(2, true)).prior().mean(2));
    }

    @Test
    void corruption_isReadAsItIsWritten() {
        for (Corruption corruption : List.of(Corruption.NONE, new Corruption.Gaussian(0.3), new Corruption.Masking(0.5))) {
            assertEquals(corruption, Corruption.parse(corruption.flag()));
        }
        refuses("unknown corruption 'salt'", () -> Corruption.parse("salt"));
        refuses("unknown corruption 'gaussian:x'", () -> Corruption.parse("gaussian:x"));
        refuses("unknown corruption", () -> Corruption.parse("masking:"));
        refuses("finite number > 0", () -> Corruption.parse("gaussian"));
    }

    @Test
    void everyLikelihood_isReadByItsFlag() {
        for (Likelihood likelihood : Likelihood.all(2)) {
            assertEquals(likelihood, Likelihood.parse(likelihood.flag(), 2));
        }
        refuses("unknown likelihood 'poisson'; use one of bernoulli, gaussian,", () -> Likelihood.parse("poisson", 1));
    }

    @Test
    void allLikelihoods_areAllThatThereAre() {
        assertEquals(Set.of(Likelihood.class.getPermittedSubclasses()), Likelihood.all(1).stream().map(Object::getClass).collect(Collectors.toSet()));
    }
}
