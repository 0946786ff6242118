package dev.fusedvae.simd;

import static dev.fusedvae.simd.Simd.PANEL;

/// The continuous Bernoulli loop of [ScalarElementwise].
final class ScalarContinuous {
    private ScalarContinuous() {}

    static void tile(
            Elementwise.Pass pass, float[] m, int logits, int x, int xStep, int dLogits, int partials, int rows, int columns,
            float scale) {
        LogVariance.requireColumns(columns);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                int i = r * PANEL + c;
                float l = m[logits + i];
                float target = m[x + r * xStep + c];
                if (pass.value()) {
                    float linear = Math.fma(l, target, -ScalarMath.relu(l));
                    m[ScalarLikelihoods.lane(partials, r, c)] += linear + ContinuousBernoulli.log(Math.abs(l));
                }
                if (pass.gradient()) {
                    m[dLogits + i] = (ContinuousBernoulli.mean(l) - target) * scale;
                }
            }
            if (pass.gradient()) {
                ScalarLikelihoods.clearRest(m, dLogits, r, columns);
            }
        }
    }
}
