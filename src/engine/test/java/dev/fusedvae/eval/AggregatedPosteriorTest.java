package dev.fusedvae.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.spec.Prior;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The aggregated posterior is compared with the prior, whatever the prior.
class AggregatedPosteriorTest {
    private static final int N = 1500;

    /// Codes with means mean + spread·normal and the given log-variance.
    private static AggregatedPosterior of(Prior prior, int latent, double mean, double spread, double logVar) {
        Random random = new Random(3);
        float[][] mu = new float[N][latent];
        float[][] logVars = new float[N][latent];
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < latent; j++) {
                mu[i][j] = (float) (mean + spread * random.nextGaussian());
                logVars[i][j] = (float) logVar;
            }
        }
        return AggregatedPosterior.of(mu, logVars, prior, 9);
    }

    @Test
    void codesOfThePrior_areNotToldFromIt() {
        for (int latent : new int[] {1, 3, 20}) {
            AggregatedPosterior p = of(Prior.STANDARD, latent, 0, Math.sqrt(0.5), Math.log(0.5));
            assertTrue(Math.abs(p.mmd()) < 4 * p.mmdError(), latent + " latents: " + p.mmd() + " +- " + p.mmdError());
            p.means().forEach(m -> assertEquals(0, m, 0.12));
            p.variances().forEach(v -> assertEquals(1, v, 0.15));
            p.muVariances().forEach(v -> assertEquals(0.5, v, 0.1));
            assertTrue(p.largestCorrelation() < 0.12);
            assertEquals(List.of(), p.inactive());
        }
    }

    @Test
    void anotherPrior_standardises() {
        AggregatedPosterior p = of(Prior.of(2, 4), 3, 2, Math.sqrt(2), Math.log(2));
        assertTrue(Math.abs(p.mmd()) < 4 * p.mmdError());
        p.variances().forEach(v -> assertEquals(1, v, 0.15));
        AggregatedPosterior wrong = of(Prior.STANDARD, 3, 2, Math.sqrt(2), Math.log(2));
        assertTrue(wrong.mmd() > 50 * wrong.mmdError());
        assertEquals(2, wrong.means().getFirst(), 0.2);
    }

    @Test
    void collapsedLatents_areInactive() {
        assertEquals(List.of(0, 1), of(Prior.STANDARD, 2, 0, 0.05, 0).inactive());
    }

    /// Exact in L = 1, where every expectation is an integral: q(z) a point at a gives MMD² = 1 − 2 E k(a, y) + E k(y, y').
    @Test
    void mmd_ofAPointIsTheIntegral() {
        double a = 1.5;
        AggregatedPosterior p = of(Prior.STANDARD, 1, a, 0, -30);
        double toPrior = 0;
        double within = 0;
        double h = 0.01;
        for (double y = -9; y < 9; y += h) {
            double density = Math.exp(-y * y / 2) / Math.sqrt(2 * Math.PI) * h;
            toPrior += density * Math.exp(-(a - y) * (a - y) / 2);
            within += Math.exp(-y * y / 2) * Math.exp(-y * y / 4) / Math.sqrt(4 * Math.PI) * h; // y − y' ~ N(0, 2)
        }
        assertEquals(1 - 2 * toPrior + within, p.mmd(), 1e-4);
    }
}
