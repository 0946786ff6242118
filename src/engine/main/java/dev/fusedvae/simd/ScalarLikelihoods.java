package dev.fusedvae.simd;

import static dev.fusedvae.simd.Simd.PANEL;
import static dev.fusedvae.simd.Simd.VIRTUAL_LANES;

/// The likelihood loops of [ScalarElementwise].
final class ScalarLikelihoods {
    private ScalarLikelihoods() {}

    static void bernoulli(
            Elementwise.Pass pass, float[] m, int logits, int x, int xStep, int dLogits, int partials, int rows, int columns,
            float scale) {
        LogVariance.requireColumns(columns);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                int i = r * PANEL + c;
                float l = m[logits + i];
                float target = m[x + r * xStep + c];
                float e = ScalarMath.exp(-Math.abs(l));
                if (pass.value()) {
                    float loss = Math.fma(-l, target, ScalarMath.relu(l)) + ScalarMath.log1pUnit(e);
                    m[lane(partials, r, c)] -= loss;
                }
                if (pass.gradient()) {
                    m[dLogits + i] = (ScalarMath.sigmoid(l, e) - target) * scale;
                }
            }
            if (pass.gradient()) {
                clearRest(m, dLogits, r, columns);
            }
        }
    }

    static void gaussian(
            Elementwise.Pass pass, float[] m, int mean, int x, int xStep, int dMean, int partials, int rows, int columns,
            float variance, float scale) {
        float precision = 1 / LogVariance.requireVariance(variance);
        fixed(pass, m, mean, x, xStep, dMean, partials, rows, columns, precision, LogVariance.halfLog2Pi(variance), scale);
    }

    static void gaussianShared(
            Elementwise.Pass pass, float[] m, int mean, int x, int xStep, int dMean, int partials, int logVarPartials,
            int rows, int columns, float logVar, float scale) {
        float bounded = LogVariance.clamp(logVar);
        float precision = ScalarMath.exp(-bounded);
        if (pass.gradient()) {
            float half = LogVariance.clamped(logVar) ? 0 : 0.5f * scale;
            for (int r = 0; r < rows; r++) {
                for (int c = 0; c < columns; c++) {
                    float d = m[x + r * xStep + c] - m[mean + r * PANEL + c];
                    m[lane(logVarPartials, r, c)] += Math.fma(d * d, -precision, 1) * half;
                }
            }
        }
        float halfLog = Math.fma(0.5f, bounded, LogVariance.HALF_LOG_2PI);
        fixed(pass, m, mean, x, xStep, dMean, partials, rows, columns, precision, halfLog, scale);
    }

    private static void fixed(
            Elementwise.Pass pass, float[] m, int mean, int x, int xStep, int dMean, int partials, int rows, int columns,
            float precision, float halfLog, float scale) {
        LogVariance.requireColumns(columns);
        float slope = -precision * scale;
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                int i = r * PANEL + c;
                float d = m[x + r * xStep + c] - m[mean + i];
                if (pass.value()) {
                    m[lane(partials, r, c)] -= Math.fma(d * d, 0.5f * precision, halfLog);
                }
                if (pass.gradient()) {
                    m[dMean + i] = d * slope;
                }
            }
            if (pass.gradient()) {
                clearRest(m, dMean, r, columns);
            }
        }
    }

    static void gaussianPerFeature(
            Elementwise.Pass pass, float[] m, int mean, int logVar, int x, int xStep, int dMean, int dLogVar, int partials,
            int rows, int columns, float scale) {
        LogVariance.requireColumns(columns);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                int i = r * PANEL + c;
                float s = m[logVar + i];
                float bounded = LogVariance.clamp(s);
                float d = m[x + r * xStep + c] - m[mean + i];
                float weighted = d * ScalarMath.exp(-bounded);
                if (pass.value()) {
                    m[lane(partials, r, c)] -=
                            Math.fma(Math.fma(d, weighted, bounded), 0.5f, LogVariance.HALF_LOG_2PI);
                }
                if (pass.gradient()) {
                    m[dMean + i] = weighted * -scale;
                    m[dLogVar + i] = LogVariance.clamped(s) ? 0 : Math.fma(-d, weighted, 1) * (0.5f * scale);
                }
            }
            if (pass.gradient()) {
                clearRest(m, dMean, r, columns);
                clearRest(m, dLogVar, r, columns);
            }
        }
    }

    static void gaussianColumns(
            Elementwise.Pass pass, float[] m, int mean, int x, int xStep, int dMean, int dLogVar, int partials, int rows,
            int columns, float[] logVar, int logVarAt, float scale) {
        LogVariance.requireColumns(columns);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                int i = r * PANEL + c;
                float s = logVar[logVarAt + c];
                float bounded = LogVariance.clamp(s);
                float d = m[x + r * xStep + c] - m[mean + i];
                float weighted = d * ScalarMath.exp(-bounded);
                if (pass.value()) {
                    m[lane(partials, r, c)] -= Math.fma(Math.fma(d, weighted, bounded), 0.5f, LogVariance.HALF_LOG_2PI);
                }
                if (pass.gradient()) {
                    m[dMean + i] = weighted * -scale;
                    m[dLogVar + i] = LogVariance.clamped(s) ? 0 : Math.fma(-d, weighted, 1) * (0.5f * scale);
                }
            }
            if (pass.gradient()) {
                clearRest(m, dMean, r, columns);
                clearRest(m, dLogVar, r, columns);
            }
        }
    }

    static int lane(int partials, int row, int column) {
        return partials + row * VIRTUAL_LANES + column % VIRTUAL_LANES;
    }

    static void clearRest(float[] m, int tile, int row, int columns) {
        for (int c = columns; c < PANEL; c++) {
            m[tile + row * PANEL + c] = 0;
        }
    }
}
