package dev.fusedvae.simd;

import static dev.fusedvae.simd.Elementwise.PANEL;
import static dev.fusedvae.simd.Lanes.F;
import static dev.fusedvae.simd.Lanes.WIDTH;
import static dev.fusedvae.simd.Simd.VIRTUAL_LANES;
import static dev.fusedvae.simd.VectorMath.HALF;
import static dev.fusedvae.simd.VectorMath.MINUS_HALF;
import static dev.fusedvae.simd.VectorMath.MINUS_ONE;
import static dev.fusedvae.simd.VectorMath.ONE;
import static dev.fusedvae.simd.VectorMath.ZERO;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// The loops of [ScalarSamples], a vector of latents wide: what an example's samples share is computed once.
final class VectorSamples {
    private VectorSamples() {}

    static void sample(float[] m, int mu, int logVar, int eps, int z, int rows, int samples, int columns) {
        LogVariance.requireColumns(columns);
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            for (int r = 0; r < rows; r++) {
                FloatVector mean = load(m, mu + r * PANEL + c);
                FloatVector sigma = sigma(load(m, logVar + r * PANEL + c));
                for (int i = r * samples * PANEL + c; i < (r + 1) * samples * PANEL; i += PANEL) {
                    ZERO.blend(sigma.fma(load(m, eps + i), mean), live).intoArray(m, z + i);
                }
            }
        }
    }

    static void logRatio(
            float[] m, int mu, int logVar, int eps, float[] prior, int priorAt, int partials, int rows, int samples, int columns) {
        LogVariance.requireColumns(columns);
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            FloatVector center = load(prior, priorAt + c);
            FloatVector precision = load(prior, priorAt + PANEL + c);
            FloatVector logPrior = load(prior, priorAt + 2 * PANEL + c);
            for (int r = 0; r < rows; r++) {
                FloatVector mean = load(m, mu + r * PANEL + c);
                FloatVector bounded = VectorLikelihoods.clamp(load(m, logVar + r * PANEL + c));
                FloatVector sigma = VectorMath.exp(bounded.mul(HALF));
                for (int s = r * samples; s < (r + 1) * samples; s++) {
                    int lanes = partials + s * VIRTUAL_LANES + c % VIRTUAL_LANES;
                    FloatVector e = load(m, eps + s * PANEL + c);
                    FloatVector off = sigma.fma(e, mean).sub(center);
                    FloatVector outer = off.mul(off).fma(precision, logPrior);
                    FloatVector sum = load(m, lanes);
                    sum.blend(sum.add(e.fma(e, bounded).sub(outer).mul(HALF)), live).intoArray(m, lanes);
                }
            }
        }
    }

    static void klPrior(float[] m, int mu, int logVar, float[] prior, int priorAt, int partials, int rows, int columns) {
        LogVariance.requireColumns(columns);
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            for (int r = 0; r < rows; r++) {
                int lanes = partials + r * VIRTUAL_LANES + c % VIRTUAL_LANES;
                FloatVector term = divergence(load(m, mu + r * PANEL + c), load(m, logVar + r * PANEL + c), prior, priorAt + c);
                FloatVector sum = load(m, lanes);
                sum.blend(sum.add(term), live).intoArray(m, lanes);
            }
        }
    }

    static void klColumns(float[] m, int mu, int logVar, float[] prior, int priorAt, int out, int rows, float scale) {
        for (int c = 0; c < PANEL; c += WIDTH) {
            FloatVector sum = ZERO;
            for (int r = 0; r < rows; r++) {
                sum = sum.add(divergence(load(m, mu + r * PANEL + c), load(m, logVar + r * PANEL + c), prior, priorAt + c));
            }
            sum.mul(scale).intoArray(m, out + c);
        }
    }

    private static FloatVector divergence(FloatVector mean, FloatVector logVar, float[] prior, int at) {
        FloatVector bounded = VectorLikelihoods.clamp(logVar);
        FloatVector sigma = VectorMath.exp(bounded.mul(HALF));
        FloatVector off = mean.sub(load(prior, at));
        FloatVector rest = load(prior, at + 2 * PANEL).sub(bounded).sub(ONE);
        return off.fma(off, sigma.mul(sigma)).fma(load(prior, at + PANEL), rest).mul(HALF);
    }

    static void sampleBackward(
            float[] m, int dz, int weights, boolean squared, int logVar, int eps, int dMu, int dLogVar, int rows, int samples, int columns) {
        LogVariance.requireColumns(columns);
        boolean weighted = weights >= 0;
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            for (int r = 0; r < rows; r++) {
                FloatVector raw = load(m, logVar + r * PANEL + c);
                VectorMask<Float> slopes = live.andNot(VectorLikelihoods.clamped(raw));
                FloatVector half = sigma(raw).mul(HALF);
                FloatVector sum = ZERO;
                FloatVector noisy = ZERO;
                for (int s = r * samples; s < (r + 1) * samples; s++) {
                    FloatVector d = load(m, dz + s * PANEL + c);
                    if (weighted) {
                        d = d.mul(ScalarSamples.weight(m[weights + s], squared));
                    }
                    sum = sum.add(d);
                    noisy = d.fma(load(m, eps + s * PANEL + c), noisy);
                }
                ZERO.blend(sum, live).intoArray(m, dMu + r * PANEL + c);
                ZERO.blend(noisy.mul(half), slopes).intoArray(m, dLogVar + r * PANEL + c);
            }
        }
    }

    static void klBackward(
            boolean add, float[] m, int mu, int logVar, float[] prior, int priorAt, float[] scales, int dMu, int dLogVar, int rows, int columns) {
        LogVariance.requireColumns(columns);
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            FloatVector scale = load(scales, c);
            FloatVector center = load(prior, priorAt + c);
            FloatVector precision = load(prior, priorAt + PANEL + c);
            for (int i = c; i < rows * PANEL; i += PANEL) {
                FloatVector raw = load(m, logVar + i);
                VectorMask<Float> slopes = live.andNot(VectorLikelihoods.clamped(raw));
                FloatVector sigma = sigma(raw);
                FloatVector byMu = load(m, mu + i).sub(center).mul(precision);
                FloatVector byLogVar = sigma.mul(sigma).fma(precision, MINUS_ONE).mul(HALF);
                FloatVector beforeMu = add ? load(m, dMu + i) : ZERO;
                FloatVector beforeLogVar = add ? load(m, dLogVar + i) : ZERO;
                ZERO.blend(scale.fma(byMu, beforeMu), live).intoArray(m, dMu + i);
                ZERO.blend(scale.fma(byLogVar, beforeLogVar), slopes).intoArray(m, dLogVar + i);
            }
        }
    }

    static void ratioBackward(
            boolean add, boolean dreg, float[] m, int mu, int logVar, int eps, int weights, float[] prior, int priorAt,
            int dMu, int dLogVar, int rows, int samples, int columns, float scale) {
        LogVariance.requireColumns(columns);
        FloatVector scales = VectorMath.splat(scale);
        FloatVector start = dreg ? ZERO : MINUS_HALF;
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            FloatVector center = load(prior, priorAt + c);
            FloatVector precision = load(prior, priorAt + PANEL + c);
            for (int r = 0; r < rows; r++) {
                int i = r * PANEL + c;
                FloatVector bounded = VectorLikelihoods.clamp(load(m, logVar + i)).mul(HALF);
                FloatVector sigma = VectorMath.exp(bounded);
                FloatVector inverse = dreg ? VectorMath.exp(bounded.neg()) : ZERO;
                FloatVector mean = load(m, mu + i);
                FloatVector sum = ZERO;
                FloatVector noisy = ZERO;
                for (int s = r * samples; s < (r + 1) * samples; s++) {
                    FloatVector e = load(m, eps + s * PANEL + c);
                    FloatVector h = sigma.fma(e, mean).sub(center).mul(precision);
                    FloatVector wh = e.neg().fma(inverse, h).mul(ScalarSamples.weight(m[weights + s], dreg));
                    sum = sum.add(wh);
                    noisy = wh.fma(e, noisy);
                }
                FloatVector raw = load(m, logVar + i);
                VectorMask<Float> slopes = live.andNot(VectorLikelihoods.clamped(raw));
                FloatVector slope = noisy.fma(sigma.mul(HALF), start);
                FloatVector beforeMu = add ? load(m, dMu + i) : ZERO;
                FloatVector beforeLogVar = add ? load(m, dLogVar + i) : ZERO;
                ZERO.blend(sum.fma(scales, beforeMu), live).intoArray(m, dMu + i);
                ZERO.blend(slope.fma(scales, beforeLogVar), slopes).intoArray(m, dLogVar + i);
            }
        }
    }

    static void scaleRows(float[] m, int at, float[] weights, int weightsAt, boolean squared, float[] out, int outAt, int rows) {
        for (int r = 0; r < rows; r++) {
            float w = ScalarSamples.weight(weights[weightsAt + r], squared);
            for (int i = r * PANEL; i < (r + 1) * PANEL; i += WIDTH) {
                load(m, at + i).mul(w).intoArray(out, outAt + i);
            }
        }
    }

    private static FloatVector load(float[] m, int at) {
        return FloatVector.fromArray(F, m, at);
    }

    private static FloatVector sigma(FloatVector logVar) {
        return VectorMath.exp(VectorLikelihoods.clamp(logVar).mul(HALF));
    }
}
