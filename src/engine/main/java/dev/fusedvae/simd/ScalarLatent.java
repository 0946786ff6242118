package dev.fusedvae.simd;

import static dev.fusedvae.simd.Simd.PANEL;

/// The latent loops of [ScalarElementwise].
final class ScalarLatent {
    private ScalarLatent() {}

    static void forward(
            boolean sample, boolean kl, float[] m, int mu, int logVar, int eps, int z, int partials,
            int rows, int columns) {
        LogVariance.requireColumns(columns);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                int i = r * PANEL + c;
                float mean = m[mu + i];
                float bounded = LogVariance.clamp(m[logVar + i]);
                float sigma = ScalarMath.exp(0.5f * bounded);
                if (kl) {
                    float variance = Math.fma(sigma, sigma, -1) - bounded;
                    m[ScalarLikelihoods.lane(partials, r, c)] += Math.fma(mean, mean, variance) * 0.5f;
                }
                if (sample) {
                    m[z + i] = Math.fma(sigma, m[eps + i], mean);
                }
            }
            if (sample) {
                ScalarLikelihoods.clearRest(m, z, r, columns);
            }
        }
    }

    static void backward(
            float[] m, int dz, int mu, int logVar, int eps, int dMu, int dLogVar, int rows, int columns,
            float klScale) {
        LogVariance.requireColumns(columns);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                int i = r * PANEL + c;
                float s = m[logVar + i];
                float sigma = ScalarMath.exp(0.5f * LogVariance.clamp(s));
                float d = m[dz + i];
                float noise = d * m[eps + i];
                float slope = Math.fma(noise, sigma, Math.fma(sigma, sigma, -1) * klScale) * 0.5f;
                m[dMu + i] = Math.fma(klScale, m[mu + i], d);
                m[dLogVar + i] = LogVariance.clamped(s) ? 0 : slope;
            }
            ScalarLikelihoods.clearRest(m, dMu, r, columns);
            ScalarLikelihoods.clearRest(m, dLogVar, r, columns);
        }
    }
}
