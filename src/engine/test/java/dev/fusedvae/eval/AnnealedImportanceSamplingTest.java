package dev.fusedvae.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.spec.RbmSpec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Estimates of log Z against its sum over all states.
class AnnealedImportanceSamplingTest {
    private static final int V = 6;
    private static final RbmSpec SPEC = new RbmSpec(V, 4, 1, false);
    /// Rates of the base that are not those of the model.
    private static final float[][] DATA = {ExactRbm.bits(0b000111, V), ExactRbm.bits(0b111000, V), ExactRbm.bits(0b000111, V), ExactRbm.bits(0b101010, V)};

    @Test
    void annealing_findsLogZ_withinItsStandardError() {
        List<Double> deviations = new ArrayList<>();
        for (int seed = 0; seed < 8; seed++) {
            Parameters parameters = ExactRbm.random(SPEC, 100 + seed);
            double logZ = new ExactRbm(SPEC, parameters).logZ();
            var estimate = new AnnealedImportanceSampling(SPEC, parameters, DATA).run(500, 200, seed);
            assertTrue(estimate.standardError() > 0 && estimate.standardError() < 0.05, estimate.toString());
            deviations.add((estimate.logZ() - logZ) / estimate.standardError());
        }
        double rms = Math.sqrt(deviations.stream().mapToDouble(d -> d * d).average().orElseThrow());
        assertTrue(deviations.stream().allMatch(d -> Math.abs(d) < 3.5), deviations.toString());
        assertTrue(rms > 0.3 && rms < 1.8, "the standard error is one: " + deviations);
    }

    @Test
    void logLikelihood_isExact_givenLogZ() {
        Parameters parameters = ExactRbm.random(SPEC, 9);
        ExactRbm exact = new ExactRbm(SPEC, parameters);
        double[] model = exact.model();
        var sampling = new AnnealedImportanceSampling(SPEC, parameters, new float[][] {new float[V]});
        for (int v = 0; v < model.length; v++) {
            float[][] row = {ExactRbm.bits(v, V)};
            assertEquals(Math.log(model[v]), sampling.logLikelihood(row, exact.logZ()), 1e-9);
        }
    }

    @Test
    void aSpreadOfNoChains_isRefused() {
        var sampling = new AnnealedImportanceSampling(SPEC, ExactRbm.random(SPEC, 1), DATA);
        assertThrows(IllegalArgumentException.class, () -> sampling.run(1, 10, 0));
    }
}
