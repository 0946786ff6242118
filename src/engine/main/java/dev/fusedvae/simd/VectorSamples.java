package dev.fusedvae.simd;

import static dev.fusedvae.simd.Lanes.F;
import static dev.fusedvae.simd.Lanes.WIDTH;
import static dev.fusedvae.simd.Simd.PANEL;
import static dev.fusedvae.simd.Simd.VIRTUAL_LANES;
import static dev.fusedvae.simd.VectorMath.HALF;
import static dev.fusedvae.simd.VectorMath.MINUS_ONE;
import static dev.fusedvae.simd.VectorMath.ONE;
import static dev.fusedvae.simd.VectorMath.ZERO;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// The loops of [ScalarSamples], a vector of latents wide. What a call
/// leaves out is masked or multiplied by one, sums over samples are kept in memory, and an example's σ is computed for each
/// of its samples: a vector that branches meet in, or that lives across an inner loop, may be boxed, which costs more.
final class VectorSamples {
    private VectorSamples() {}

    static void sample(float[] m, int mu, int logVar, int eps, int z, int rows, int samples, int columns) {
        LogVariance.requireColumns(columns);
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            for (int s = 0; s < rows * samples; s++) {
                int head = s / samples * PANEL + c;
                FloatVector mean = FloatVector.fromArray(F, m, mu + head);
                FloatVector sigma = sigma(FloatVector.fromArray(F, m, logVar + head));
                FloatVector noise = FloatVector.fromArray(F, m, eps + s * PANEL + c);
                ZERO.blend(sigma.fma(noise, mean), live).intoArray(m, z + s * PANEL + c);
            }
        }
    }

    static void logRatio(
            float[] m, int mu, int logVar, int eps, float[] prior, int priorAt, int partials, int rows, int samples, int columns) {
        LogVariance.requireColumns(columns);
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            for (int s = 0; s < rows * samples; s++) {
                int head = s / samples * PANEL + c;
                int lanes = partials + s * VIRTUAL_LANES + c % VIRTUAL_LANES;
                FloatVector bounded = VectorLikelihoods.clamp(FloatVector.fromArray(F, m, logVar + head));
                FloatVector sigma = VectorMath.exp(bounded.mul(HALF));
                FloatVector e = FloatVector.fromArray(F, m, eps + s * PANEL + c);
                FloatVector off = sigma.fma(e, FloatVector.fromArray(F, m, mu + head)).sub(FloatVector.fromArray(F, prior, priorAt + c));
                FloatVector outer = off.mul(off).fma(FloatVector.fromArray(F, prior, priorAt + PANEL + c),
                        FloatVector.fromArray(F, prior, priorAt + 2 * PANEL + c));
                FloatVector sum = FloatVector.fromArray(F, m, lanes);
                sum.blend(sum.add(e.fma(e, bounded).sub(outer).mul(HALF)), live).intoArray(m, lanes);
            }
        }
    }

    static void klPrior(float[] m, int mu, int logVar, float[] prior, int priorAt, int partials, int rows, int columns) {
        LogVariance.requireColumns(columns);
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            for (int r = 0; r < rows; r++) {
                int lanes = partials + r * VIRTUAL_LANES + c % VIRTUAL_LANES;
                FloatVector mean = FloatVector.fromArray(F, m, mu + r * PANEL + c);
                FloatVector term = divergence(mean, FloatVector.fromArray(F, m, logVar + r * PANEL + c), prior, priorAt + c);
                FloatVector sum = FloatVector.fromArray(F, m, lanes);
                sum.blend(sum.add(term), live).intoArray(m, lanes);
            }
        }
    }

    static void klColumns(float[] m, int mu, int logVar, float[] prior, int priorAt, int out, int rows, float scale) {
        Arrays.fill(m, out, out + PANEL, 0);
        for (int c = 0; c < PANEL; c += WIDTH) {
            for (int i = c; i < rows * PANEL; i += PANEL) {
                FloatVector mean = FloatVector.fromArray(F, m, mu + i);
                FloatVector term = divergence(mean, FloatVector.fromArray(F, m, logVar + i), prior, priorAt + c);
                FloatVector.fromArray(F, m, out + c).add(term).intoArray(m, out + c);
            }
        }
        for (int c = 0; c < PANEL; c++) {
            m[out + c] *= scale;
        }
    }

    private static FloatVector divergence(FloatVector mean, FloatVector logVar, float[] prior, int at) {
        FloatVector bounded = VectorLikelihoods.clamp(logVar);
        FloatVector sigma = VectorMath.exp(bounded.mul(HALF));
        FloatVector off = mean.sub(FloatVector.fromArray(F, prior, at));
        FloatVector rest = FloatVector.fromArray(F, prior, at + 2 * PANEL).sub(bounded).sub(ONE);
        return off.fma(off, sigma.mul(sigma)).fma(FloatVector.fromArray(F, prior, at + PANEL), rest).mul(HALF);
    }

    static void sampleBackward(
            float[] m, int dz, int weights, boolean squared, int logVar, int eps, int dMu, int dLogVar, int rows, int samples, int columns) {
        LogVariance.requireColumns(columns);
        Arrays.fill(m, dMu, dMu + rows * PANEL, 0);
        Arrays.fill(m, dLogVar, dLogVar + rows * PANEL, 0);
        gather(m, dz, weights, squared, eps, dMu, dLogVar, rows, samples);
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            for (int i = c; i < rows * PANEL; i += PANEL) {
                FloatVector raw = FloatVector.fromArray(F, m, logVar + i);
                VectorMask<Float> slopes = live.andNot(VectorLikelihoods.clamped(raw));
                FloatVector half = sigma(raw).mul(HALF);
                ZERO.blend(FloatVector.fromArray(F, m, dMu + i), live).intoArray(m, dMu + i);
                ZERO.blend(FloatVector.fromArray(F, m, dLogVar + i).mul(half), slopes).intoArray(m, dLogVar + i);
            }
        }
    }

    /// Σ d and Σ d·eps over the samples of a row, in memory.
    private static void gather(
            float[] m, int dz, int weights, boolean squared, int eps, int dMu, int dLogVar, int rows, int samples) {
        boolean weighted = weights >= 0;
        for (int c = 0; c < PANEL; c += WIDTH) {
            for (int s = 0; s < rows * samples; s++) {
                int head = s / samples * PANEL + c;
                float w = weighted ? ScalarSamples.weight(m[weights + s], squared) : 1;
                FloatVector d = FloatVector.fromArray(F, m, dz + s * PANEL + c).mul(w);
                FloatVector.fromArray(F, m, dMu + head).add(d).intoArray(m, dMu + head);
                d.fma(FloatVector.fromArray(F, m, eps + s * PANEL + c), FloatVector.fromArray(F, m, dLogVar + head)).intoArray(m, dLogVar + head);
            }
        }
    }

    static void klBackward(
            boolean add, float[] m, int mu, int logVar, float[] prior, int priorAt, float[] scales, int dMu, int dLogVar, int rows, int columns) {
        LogVariance.requireColumns(columns);
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            VectorMask<Float> old = F.indexInRange(c, add ? columns : 0);
            FloatVector scale = FloatVector.fromArray(F, scales, c);
            FloatVector center = FloatVector.fromArray(F, prior, priorAt + c);
            FloatVector precision = FloatVector.fromArray(F, prior, priorAt + PANEL + c);
            for (int i = c; i < rows * PANEL; i += PANEL) {
                FloatVector raw = FloatVector.fromArray(F, m, logVar + i);
                VectorMask<Float> slopes = live.andNot(VectorLikelihoods.clamped(raw));
                FloatVector sigma = sigma(raw);
                FloatVector byMu = FloatVector.fromArray(F, m, mu + i).sub(center).mul(precision);
                FloatVector byLogVar = sigma.mul(sigma).fma(precision, MINUS_ONE).mul(HALF);
                FloatVector beforeMu = ZERO.blend(FloatVector.fromArray(F, m, dMu + i), old);
                FloatVector beforeLogVar = ZERO.blend(FloatVector.fromArray(F, m, dLogVar + i), old);
                ZERO.blend(scale.fma(byMu, beforeMu), live).intoArray(m, dMu + i);
                ZERO.blend(scale.fma(byLogVar, beforeLogVar), slopes).intoArray(m, dLogVar + i);
            }
        }
    }

    static void ratioBackward(
            boolean add, boolean dreg, float[] m, int mu, int logVar, int eps, int weights, float[] prior, int priorAt,
            int dMu, int dLogVar, int rows, int samples, int columns, float scale) {
        LogVariance.requireColumns(columns);
        ScalarSamples.start(add, dreg, m, dMu, dLogVar, rows, scale);
        float keep = dreg ? 1 : 0;
        for (int c = 0; c < PANEL; c += WIDTH) {
            for (int s = 0; s < rows * samples; s++) {
                int head = s / samples * PANEL + c;
                FloatVector half = VectorLikelihoods.clamp(FloatVector.fromArray(F, m, logVar + head)).mul(HALF);
                FloatVector sigma = VectorMath.exp(half);
                FloatVector e = FloatVector.fromArray(F, m, eps + s * PANEL + c);
                FloatVector h = sigma.fma(e, FloatVector.fromArray(F, m, mu + head)).sub(FloatVector.fromArray(F, prior, priorAt + c))
                        .mul(FloatVector.fromArray(F, prior, priorAt + PANEL + c));
                FloatVector w = e.neg().fma(ONE.div(sigma).mul(keep), h).mul(ScalarSamples.weight(m[weights + s], dreg)).mul(scale);
                w.add(FloatVector.fromArray(F, m, dMu + head)).intoArray(m, dMu + head);
                w.mul(e).fma(sigma.mul(HALF), FloatVector.fromArray(F, m, dLogVar + head)).intoArray(m, dLogVar + head);
            }
        }
        ScalarSamples.finish(m, logVar, dMu, dLogVar, rows, columns); // a second vector loop here would pass the compiler's budget
    }

    static void scaleRows(float[] m, int at, float[] weights, int weightsAt, boolean squared, float[] out, int outAt, int rows) {
        for (int r = 0; r < rows; r++) {
            float w = ScalarSamples.weight(weights[weightsAt + r], squared);
            for (int i = r * PANEL; i < (r + 1) * PANEL; i += WIDTH) {
                FloatVector.fromArray(F, m, at + i).mul(w).intoArray(out, outAt + i);
            }
        }
    }

    private static FloatVector sigma(FloatVector logVar) {
        return VectorMath.exp(VectorLikelihoods.clamp(logVar).mul(HALF));
    }
}
