package dev.fusedvae.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.eval.Parameters;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.rng.Uniforms;
import dev.fusedvae.spec.Initialization;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.VaeSpec;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class InitializerTest {
    private static final VaeSpec SPEC = VaeSpec.of(100, List.of(50), 4).withLikelihood(new Likelihood.GaussianScalar());

    @Test
    void uniform_fillsPlusMinusOneOverRootOfInputs() {
        Parameters p = Initializer.initial(SPEC, Initialization.UNIFORM, 1);
        assertSpread(p.values("encoder.0.weight"), 1 / Math.sqrt(100));
        assertSpread(p.values("encoder.0.bias"), 1 / Math.sqrt(100));
        assertSpread(p.values("heads.weight"), 1 / Math.sqrt(50));
        assertSpread(p.values("decoder.0.weight"), 1 / Math.sqrt(4));
        assertSpread(p.values("decoder.2.bias"), 1 / Math.sqrt(50));
    }

    @Test
    void glorot_countsInputsAndOutputsAndZeroesBiases() {
        Parameters p = Initializer.initial(SPEC, Initialization.GLOROT, 1);
        assertSpread(p.values("encoder.0.weight"), Math.sqrt(6.0 / 150));
        // μ and log σ² are two layers of 4 outputs, not one of 8.
        assertSpread(p.values("heads.weight"), Math.sqrt(6.0 / 54));
        for (float bias : p.values("encoder.0.bias")) {
            assertEquals(0, bias);
        }
    }

    @Test
    void learnedLogVariance_startsAtZero() {
        assertEquals(0, Initializer.initial(SPEC, Initialization.UNIFORM, 1).values("likelihood.log_var")[0]);
    }

    @Test
    void everyParameter_isAFunctionOfSeedPlaceRowAndColumn() {
        float[] expected = new float[100];
        float bound = (float) (1 / Math.sqrt(100));
        Uniforms.fill(new Stream(7, Purpose.INIT, 0), 0, 3, 100, expected, 0, -bound, bound);
        float[] weight = Initializer.initial(SPEC, Initialization.UNIFORM, 7).values("encoder.0.weight");
        for (int j = 0; j < 100; j++) {
            assertEquals(expected[j], weight[300 + j]);
        }
        assertNotEquals(Initializer.initial(SPEC, Initialization.UNIFORM, 7), Initializer.initial(SPEC, Initialization.UNIFORM, 8));
    }

    @Test
    void networksOfMoreParametersThanSites_haveNoTwoAlike() {
        VaeSpec deep = VaeSpec.of(8, Collections.nCopies(150, 8), 8);
        Parameters p = Initializer.initial(deep, Initialization.UNIFORM, 1);
        long distinct = p.names().stream().filter(n -> n.endsWith(".weight")).map(n -> p.values(n)[0]).distinct().count();
        assertEquals(p.names().stream().filter(n -> n.endsWith(".weight")).count(), distinct, 1);
    }

    /// Inside the bound, and reaching most of the way to it on both sides.
    private static void assertSpread(float[] values, double bound) {
        float min = 0;
        float max = 0;
        for (float v : values) {
            min = Math.min(min, v);
            max = Math.max(max, v);
        }
        assertTrue(max <= bound * (1 + 1e-6) && min >= -bound * (1 + 1e-6), min + " to " + max);
        assertTrue(max > 0.9 * bound && min < -0.9 * bound, min + " to " + max);
    }
}
