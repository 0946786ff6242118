package dev.fusedvae.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.fusedvae.simd.Elementwise.Pass;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The scalar loops against their definitions in double; the vector loops have the same bits.
class ElementwiseTest {
    private static final int ROWS = 3;
    private static final int TILE = ROWS * 32;
    private static final double LOG_2PI = Math.log(2 * Math.PI);
    private final Elementwise loops = new ScalarElementwise();

    /// A log-likelihood of one element in double: `of(target, a, b)`.
    private interface Density {
        double of(double x, double a, double b);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 13, 31, 32})
    void bernoulli_matchesItsDefinitionAndItsSlope(int columns) {
        Density density = (x, l, unused) -> l * x - Math.max(l, 0) - Math.log1p(Math.exp(-Math.abs(l)));
        float[] m = arena(columns);
        loops.bernoulli(Pass.BOTH, m, TILE, 0, 32, 3 * TILE, 5 * TILE, ROWS, columns, 0.25f);
        assertMatches(density, m, columns, 0.25, false);
    }

    @Test
    void bernoulli_isZeroForACertainPixel() {
        float[] m = new float[4 * 32];
        m[0] = 200;
        m[1] = -200;
        m[32] = 1;
        loops.bernoulli(Pass.BOTH, m, 0, 32, 32, 64, 96, 1, 2, 1);
        assertEquals(0, VirtualLanes.sum(m, 96));
        assertEquals(0f, m[64] + m[65]);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 13, 32})
    void gaussian_matchesItsDefinitionAndItsSlope(int columns) {
        float variance = 0.3f;
        Density density = (x, mean, unused) -> -0.5 * ((x - mean) * (x - mean) / variance + LOG_2PI + Math.log(variance));
        float[] m = arena(columns);
        loops.gaussian(Pass.BOTH, m, TILE, 0, 32, 3 * TILE, 5 * TILE, ROWS, columns, variance, 0.25f);
        assertMatches(density, m, columns, 0.25, false);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 13, 32})
    void gaussianPerFeature_matchesItsDefinitionAndItsSlopes(int columns) {
        Density density = (x, mean, s) -> -0.5 * ((x - mean) * (x - mean) * Math.exp(-s) + s + LOG_2PI);
        float[] m = arena(columns);
        loops.gaussianPerFeature(
                Pass.BOTH, m, TILE, 2 * TILE, 0, 32, 3 * TILE, 4 * TILE, 5 * TILE, ROWS, columns, 0.25f);
        assertMatches(density, m, columns, 0.25, true);
    }

    @Test
    void gaussianShared_matchesItsDefinitionAndItsSlopes() {
        float logVar = -0.7f;
        int columns = 29;
        Density density = (x, mean, unused) -> -0.5 * ((x - mean) * (x - mean) * Math.exp(-logVar) + logVar + LOG_2PI);
        float[] m = arena(columns);
        loops.gaussianShared(
                Pass.BOTH, m, TILE, 0, 32, 3 * TILE, 5 * TILE, 6 * TILE, ROWS, columns, logVar, 0.25f);
        assertMatches(density, m, columns, 0.25, false);
        for (int r = 0; r < ROWS; r++) {
            double slope = 0;
            for (int c = 0; c < columns; c++) {
                double d = m[r * 32 + c] - m[TILE + r * 32 + c];
                slope += 0.5 * (1 - d * d * Math.exp(-logVar)) * 0.25;
            }
            assertEquals(slope, VirtualLanes.sum(m, 6 * TILE + r * 16), 1e-4);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 13, 32})
    void continuousBernoulli_matchesItsDefinitionAndItsSlope(int columns) {
        // the normaliser as the paper states it, but for λ = ½, which no sample hits
        Density density = (x, l, unused) -> {
            double lambda = 1 / (1 + Math.exp(-l));
            double atanh = 0.5 * Math.log1p(2 * (1 - 2 * lambda) / (2 * lambda));
            double normalizer = Math.log(2 * atanh / (1 - 2 * lambda));
            return x * Math.log(lambda) + (1 - x) * Math.log1p(-lambda) + normalizer;
        };
        float[] m = arena(columns);
        loops.continuousBernoulli(Pass.BOTH, m, TILE, 0, 32, 3 * TILE, 5 * TILE, ROWS, columns, 0.25f);
        assertMatches(density, m, columns, 0.25, false);
    }

    /// Σ over a fine grid of x: the density integrates to 1 at every logit, also near 0, where the formula is 0/0.
    @Test
    void continuousBernoulli_integratesToOneAndItsMeanIsItsMean() {
        int steps = 4000;
        for (float l : new float[] {0, 1e-30f, -1e-6f, 0.01f, -0.3f, 0.999f, 1, -1.001f, 5, -17, 60}) {
            double mass = 0;
            double mean = 0;
            for (int i = 0; i < steps; i++) {
                float x = (i + 0.5f) / steps;
                float[] m = new float[4 * 32];
                m[0] = l;
                m[32] = x;
                loops.continuousBernoulli(Pass.VALUE, m, 0, 32, 32, 64, 96, 1, 1, 1);
                double p = Math.exp(VirtualLanes.sum(m, 96)) / steps;
                mass += p;
                mean += p * x;
            }
            assertEquals(1, mass, 5e-5, "mass at logit " + l);
            assertEquals(mean, ContinuousBernoulli.mean(l), 2e-4, "mean at logit " + l);
        }
        assertEquals(0.5f, ContinuousBernoulli.mean(0));
    }

    @Test
    void continuousBernoulli_hasNoSeamWhereItsFormulasMeet() {
        for (float l = 0.99f; l < 1.01f; l = Math.nextUp(l) + 1e-5f) {
            double exact = Math.log(l / -Math.expm1(-l));
            double slope = 1.0 / l - 1 / Math.expm1(l);
            assertEquals(exact, ContinuousBernoulli.log(l), 2e-7);
            assertEquals(1 - slope, ContinuousBernoulli.mean(l), 3e-7);
            assertEquals(slope, ContinuousBernoulli.mean(-l), 3e-7);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 13, 32})
    void gaussianColumns_isPerFeatureWithTheSameVarianceInEveryRow(int columns) {
        float[] m = arena(columns);
        float[] logVar = Samples.tame(32, 9);
        for (int i = 0; i < TILE; i++) {
            m[2 * TILE + i] = i % 32 < columns ? logVar[i % 32] : Float.NaN;
        }
        float[] expected = m.clone();
        loops.gaussianPerFeature(Pass.BOTH, expected, TILE, 2 * TILE, 0, 32, 3 * TILE, 4 * TILE, 5 * TILE, ROWS, columns, 0.25f);
        loops.gaussianColumns(Pass.BOTH, m, TILE, 0, 32, 3 * TILE, 4 * TILE, 5 * TILE, ROWS, columns, logVar, 0, 0.25f);
        assertEquals(-1, Arrays.mismatch(expected, m));
    }

    /// One target for all rows of a tile is the same as that target in every row.
    @Test
    void likelihoods_readOneTargetForAllRowsWhereTheStepIsZero() {
        float[] m = arena(32);
        for (int i = 32; i < TILE; i++) {
            m[i] = m[i % 32];
        }
        float[] expected = m.clone();
        loops.bernoulli(Pass.BOTH, expected, TILE, 0, 32, 3 * TILE, 5 * TILE, ROWS, 32, 1);
        loops.bernoulli(Pass.BOTH, m, TILE, 0, 0, 3 * TILE, 5 * TILE, ROWS, 32, 1);
        assertEquals(-1, Arrays.mismatch(expected, m));
    }

    @Test
    void logVariances_haveNoSlopeOutsideTheirBounds() {
        for (float outside : new float[] {-30.001f, 20.001f, -1e30f, Float.POSITIVE_INFINITY}) {
            float[] m = arena(32);
            Arrays.fill(m, 2 * TILE, 3 * TILE, outside);
            loops.gaussianPerFeature(Pass.GRADIENT, m, TILE, 2 * TILE, 0, 32, 3 * TILE, 4 * TILE, 5 * TILE, ROWS, 32, 1);
            assertEquals(0f, m[4 * TILE + 7]);
            loops.gaussianShared(Pass.GRADIENT, m, TILE, 0, 32, 3 * TILE, 5 * TILE, 6 * TILE, ROWS, 32, outside, 1);
            assertEquals(0.0, VirtualLanes.sum(m, 6 * TILE));
            loops.latentBackward(m, 0, TILE, 2 * TILE, 0, 3 * TILE, 4 * TILE, ROWS, 32, 1);
            assertEquals(0f, m[4 * TILE + 7]);
        }
    }

    @Test
    void kl_isZeroWhenPosteriorIsPrior() {
        float[] m = new float[3 * TILE];
        loops.kl(m, 0, TILE, 2 * TILE, ROWS, 32);
        assertEquals(0.0, VirtualLanes.sum(m, 2 * TILE));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 20, 32})
    void latent_matchesItsDefinitionAndItsSlopes(int columns) {
        float[] m = arena(columns);
        float klScale = 0.2f;
        loops.reparameterizeKl(m, TILE, 2 * TILE, 0, 3 * TILE, 5 * TILE, ROWS, columns);
        float[] forward = m.clone();
        float[] dz = Samples.tame(TILE, 3);
        System.arraycopy(dz, 0, m, 3 * TILE, TILE);
        loops.latentBackward(m, 3 * TILE, TILE, 2 * TILE, 0, 4 * TILE, 7 * TILE, ROWS, columns, klScale);
        for (int r = 0; r < ROWS; r++) {
            double kl = 0;
            for (int c = 0; c < columns; c++) {
                int i = r * 32 + c;
                double mu = m[TILE + i];
                double s = m[2 * TILE + i];
                double eps = m[i];
                double sigma = Math.exp(0.5 * s);
                kl += 0.5 * (mu * mu + sigma * sigma - 1 - s);
                assertEquals(mu + sigma * eps, forward[3 * TILE + i], 2e-6);
                assertEquals(dz[i] + klScale * mu, m[4 * TILE + i], 1e-6);
                double slope = 0.5 * dz[i] * eps * sigma + klScale * 0.5 * (sigma * sigma - 1);
                assertEquals(slope, m[7 * TILE + i], 4e-6);
            }
            assertEquals(kl, VirtualLanes.sum(forward, 5 * TILE + r * 16), 2e-5);
        }
        assertPaddingIsZero(forward, 3 * TILE, columns);
        assertPaddingIsZero(m, 4 * TILE, columns);
        assertPaddingIsZero(m, 7 * TILE, columns);
    }

    @Test
    void passes_addUp() {
        float[] both = arena(32);
        float[] split = both.clone();
        loops.gaussianPerFeature(Pass.BOTH, both, TILE, 2 * TILE, 0, 32, 3 * TILE, 4 * TILE, 5 * TILE, ROWS, 32, 1);
        loops.gaussianPerFeature(Pass.VALUE, split, TILE, 2 * TILE, 0, 32, 3 * TILE, 4 * TILE, 5 * TILE, ROWS, 32, 1);
        loops.gaussianPerFeature(Pass.GRADIENT, split, TILE, 2 * TILE, 0, 32, 3 * TILE, 4 * TILE, 5 * TILE, ROWS, 32, 1);
        assertEquals(-1, Arrays.mismatch(both, split));
    }

    @Test
    void badArguments_areRefusedWithTheirValue() {
        float[] m = new float[512];
        assertEquals("columns of a panel tile must be 1..32, got 33", assertThrows(IllegalArgumentException.class,
                () -> loops.kl(m, 0, 0, 0, 1, 33)).getMessage());
        assertEquals("variance must be positive and finite, got 0.0", assertThrows(IllegalArgumentException.class,
                () -> loops.gaussian(Pass.BOTH, m, 0, 0, 32, 0, 0, 1, 1, 0, 1)).getMessage());
    }

    /// Targets in tile 0, parameters in tiles 1 and 2, gradients in 3 and 4 (poisoned), partials in 5 and 6 (cleared);
    /// NaN in every column that does not count.
    private static float[] arena(int columns) {
        float[] m = Samples.tame(8 * TILE, columns);
        for (int i = 0; i < 3 * TILE; i++) {
            if (i % 32 >= columns) {
                m[i] = Float.NaN;
            }
        }
        Arrays.fill(m, 3 * TILE, 5 * TILE, Float.NaN);
        Arrays.fill(m, 5 * TILE, 7 * TILE, 0f);
        return m;
    }

    private static void assertMatches(Density density, float[] m, int columns, double scale, boolean second) {
        double h = 1e-6;
        for (int r = 0; r < ROWS; r++) {
            double value = 0;
            for (int c = 0; c < columns; c++) {
                int i = r * 32 + c;
                double x = m[i];
                double a = m[TILE + i];
                double b = m[2 * TILE + i];
                value += density.of(x, a, b);
                double slopeA = -(density.of(x, a + h, b) - density.of(x, a - h, b)) / (2 * h) * scale;
                assertEquals(slopeA, m[3 * TILE + i], 2e-6 * Math.max(1, Math.abs(slopeA)));
                if (second) {
                    double slopeB = -(density.of(x, a, b + h) - density.of(x, a, b - h)) / (2 * h) * scale;
                    assertEquals(slopeB, m[4 * TILE + i], 2e-6 * Math.max(1, Math.abs(slopeB)));
                }
            }
            assertEquals(value, VirtualLanes.sum(m, 5 * TILE + r * 16), 1e-6 * Math.max(10, Math.abs(value)));
        }
        assertPaddingIsZero(m, 3 * TILE, columns);
    }

    private static void assertPaddingIsZero(float[] m, int tile, int columns) {
        for (int i = 0; i < TILE; i++) {
            if (i % 32 >= columns) {
                assertEquals(0f, m[tile + i]);
            }
        }
    }
}
