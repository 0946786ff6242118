package dev.fusedvae.simd;

import static dev.fusedvae.simd.Simd.PANEL;

/// The latent loops of [ScalarElementwise] with many samples an example, any diagonal prior, and importance weights.
final class ScalarSamples {
    private ScalarSamples() {}

    static void sample(float[] m, int mu, int logVar, int eps, int z, int rows, int samples, int columns) {
        LogVariance.requireColumns(columns);
        for (int r = 0; r < rows * samples; r++) {
            for (int c = 0; c < columns; c++) {
                int i = r * PANEL + c;
                int head = r / samples * PANEL + c;
                m[z + i] = Math.fma(sigma(m[logVar + head]), m[eps + i], m[mu + head]);
            }
            ScalarLikelihoods.clearRest(m, z, r, columns);
        }
    }

    static void logRatio(
            float[] m, int mu, int logVar, int eps, float[] prior, int priorAt, int partials, int rows, int samples, int columns) {
        LogVariance.requireColumns(columns);
        for (int r = 0; r < rows * samples; r++) {
            for (int c = 0; c < columns; c++) {
                int head = r / samples * PANEL + c;
                float e = m[eps + r * PANEL + c];
                float bounded = LogVariance.clamp(m[logVar + head]);
                float off = Math.fma(sigma(m[logVar + head]), e, m[mu + head]) - prior[priorAt + c];
                float outer = Math.fma(off * off, prior[priorAt + PANEL + c], prior[priorAt + 2 * PANEL + c]);
                m[ScalarLikelihoods.lane(partials, r, c)] += (Math.fma(e, e, bounded) - outer) * 0.5f;
            }
        }
    }

    static void klPrior(float[] m, int mu, int logVar, float[] prior, int priorAt, int partials, int rows, int columns) {
        LogVariance.requireColumns(columns);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                int i = r * PANEL + c;
                m[ScalarLikelihoods.lane(partials, r, c)] += divergence(m[mu + i], m[logVar + i], prior, priorAt + c);
            }
        }
    }

    static void klColumns(float[] m, int mu, int logVar, float[] prior, int priorAt, int out, int rows, float scale) {
        for (int c = 0; c < PANEL; c++) {
            float sum = 0;
            for (int r = 0; r < rows; r++) {
                sum += divergence(m[mu + r * PANEL + c], m[logVar + r * PANEL + c], prior, priorAt + c);
            }
            m[out + c] = sum * scale;
        }
    }

    private static float divergence(float mean, float logVar, float[] prior, int at) {
        float bounded = LogVariance.clamp(logVar);
        float sigma = sigma(logVar);
        float off = mean - prior[at];
        float rest = prior[at + 2 * PANEL] - bounded - 1;
        return Math.fma(Math.fma(off, off, sigma * sigma), prior[at + PANEL], rest) * 0.5f;
    }

    static void sampleBackward(
            float[] m, int dz, int weights, boolean squared, int logVar, int eps, int dMu, int dLogVar, int rows, int samples, int columns) {
        LogVariance.requireColumns(columns);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                float sum = 0;
                float noisy = 0;
                for (int s = r * samples; s < (r + 1) * samples; s++) {
                    float d = m[dz + s * PANEL + c];
                    if (weights >= 0) {
                        d *= weight(m[weights + s], squared);
                    }
                    sum += d;
                    noisy = Math.fma(d, m[eps + s * PANEL + c], noisy);
                }
                float raw = m[logVar + r * PANEL + c];
                m[dMu + r * PANEL + c] = sum;
                m[dLogVar + r * PANEL + c] = LogVariance.clamped(raw) ? 0 : noisy * (sigma(raw) * 0.5f);
            }
            ScalarLikelihoods.clearRest(m, dMu, r, columns);
            ScalarLikelihoods.clearRest(m, dLogVar, r, columns);
        }
    }

    static void klBackward(
            boolean add, float[] m, int mu, int logVar, float[] prior, int priorAt, float[] scales, int dMu, int dLogVar, int rows, int columns) {
        LogVariance.requireColumns(columns);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                int i = r * PANEL + c;
                float raw = m[logVar + i];
                float sigma = sigma(raw);
                float precision = prior[priorAt + PANEL + c];
                float byMu = (m[mu + i] - prior[priorAt + c]) * precision;
                float byLogVar = Math.fma(sigma * sigma, precision, -1) * 0.5f;
                m[dMu + i] = Math.fma(scales[c], byMu, add ? m[dMu + i] : 0);
                float slope = Math.fma(scales[c], byLogVar, add ? m[dLogVar + i] : 0);
                m[dLogVar + i] = LogVariance.clamped(raw) ? 0 : slope;
            }
            ScalarLikelihoods.clearRest(m, dMu, r, columns);
            ScalarLikelihoods.clearRest(m, dLogVar, r, columns);
        }
    }

    static void ratioBackward(
            boolean add, boolean dreg, float[] m, int mu, int logVar, int eps, int weights, float[] prior, int priorAt,
            int dMu, int dLogVar, int rows, int samples, int columns, float scale) {
        LogVariance.requireColumns(columns);
        start(add, dreg, m, dMu, dLogVar, rows, scale);
        float keep = dreg ? 1 : 0;
        for (int s = 0; s < rows * samples; s++) {
            for (int c = 0; c < columns; c++) {
                int head = s / samples * PANEL + c;
                float sigma = sigma(m[logVar + head]);
                float e = m[eps + s * PANEL + c];
                float h = (Math.fma(sigma, e, m[mu + head]) - prior[priorAt + c]) * prior[priorAt + PANEL + c];
                float w = Math.fma(-e, 1 / sigma * keep, h) * weight(m[weights + s], dreg) * scale;
                m[dMu + head] = w + m[dMu + head];
                m[dLogVar + head] = Math.fma(w * e, sigma * 0.5f, m[dLogVar + head]);
            }
        }
        finish(m, logVar, dMu, dLogVar, rows, columns);
    }

    /// No slope beyond the clamp, nothing in the padding.
    static void finish(float[] m, int logVar, int dMu, int dLogVar, int rows, int columns) {
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                if (LogVariance.clamped(m[logVar + r * PANEL + c])) {
                    m[dLogVar + r * PANEL + c] = 0;
                }
            }
            ScalarLikelihoods.clearRest(m, dMu, r, columns);
            ScalarLikelihoods.clearRest(m, dLogVar, r, columns);
        }
    }

    /// What sums over samples start from: what is there, or nothing; and −½ for d log σ² but with DReG.
    static void start(boolean add, boolean dreg, float[] m, int dMu, int dLogVar, int rows, float scale) {
        float constant = dreg ? 0 : -0.5f * scale;
        for (int i = 0; i < rows * PANEL; i++) {
            m[dMu + i] = add ? m[dMu + i] : 0;
            m[dLogVar + i] = add ? m[dLogVar + i] + constant : constant;
        }
    }

    static void scaleRows(float[] m, int at, float[] weights, int weightsAt, boolean squared, float[] out, int outAt, int rows) {
        for (int i = 0; i < rows * PANEL; i++) {
            out[outAt + i] = m[at + i] * weight(weights[weightsAt + i / PANEL], squared);
        }
    }

    static float weight(float w, boolean squared) {
        return squared ? w * w : w;
    }

    private static float sigma(float logVar) {
        return ScalarMath.exp(0.5f * LogVariance.clamp(logVar));
    }
}
