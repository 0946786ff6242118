package dev.fusedvae.simd;

import static dev.fusedvae.simd.Lanes.F;
import static dev.fusedvae.simd.Lanes.WIDTH;
import static dev.fusedvae.simd.Simd.PANEL;
import static dev.fusedvae.simd.Simd.VIRTUAL_LANES;
import static dev.fusedvae.simd.VectorMath.HALF;
import static dev.fusedvae.simd.VectorMath.MINUS_ONE;
import static dev.fusedvae.simd.VectorMath.ZERO;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// The latent loops of [VectorElementwise].
///
/// Their one-line formulas are written out: as methods of two vectors they were compiled by themselves first, and then
/// called instead of inlined (C2: already compiled into a medium method), with their vectors boxed.
final class VectorLatent {
    private VectorLatent() {}

    static void reparameterize(float[] m, int mu, int logVar, int eps, int z, int rows, int columns) {
        LogVariance.requireColumns(columns);
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            for (int i = c; i < rows * PANEL; i += PANEL) {
                FloatVector mean = FloatVector.fromArray(F, m, mu + i);
                FloatVector sigma = sigma(VectorLikelihoods.clamp(FloatVector.fromArray(F, m, logVar + i)));
                ZERO.blend(sigma.fma(FloatVector.fromArray(F, m, eps + i), mean), live).intoArray(m, z + i);
            }
        }
    }

    static void kl(float[] m, int mu, int logVar, int partials, int rows, int columns) {
        LogVariance.requireColumns(columns);
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            for (int r = 0; r < rows; r++) {
                int i = r * PANEL + c;
                int lanes = partials + r * VIRTUAL_LANES + c % VIRTUAL_LANES;
                FloatVector mean = FloatVector.fromArray(F, m, mu + i);
                FloatVector bounded = VectorLikelihoods.clamp(FloatVector.fromArray(F, m, logVar + i));
                FloatVector sum = FloatVector.fromArray(F, m, lanes);
                FloatVector sigma = sigma(bounded);
                FloatVector term = mean.fma(mean, sigma.fma(sigma, MINUS_ONE).sub(bounded)).mul(HALF);
                sum.blend(sum.add(term), live).intoArray(m, lanes);
            }
        }
    }

    static void reparameterizeKl(float[] m, int mu, int logVar, int eps, int z, int partials, int rows, int columns) {
        LogVariance.requireColumns(columns);
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            for (int r = 0; r < rows; r++) {
                int i = r * PANEL + c;
                int lanes = partials + r * VIRTUAL_LANES + c % VIRTUAL_LANES;
                FloatVector mean = FloatVector.fromArray(F, m, mu + i);
                FloatVector bounded = VectorLikelihoods.clamp(FloatVector.fromArray(F, m, logVar + i));
                FloatVector sigma = sigma(bounded);
                FloatVector sum = FloatVector.fromArray(F, m, lanes);
                FloatVector term = mean.fma(mean, sigma.fma(sigma, MINUS_ONE).sub(bounded)).mul(HALF);
                sum.blend(sum.add(term), live).intoArray(m, lanes);
                ZERO.blend(sigma.fma(FloatVector.fromArray(F, m, eps + i), mean), live).intoArray(m, z + i);
            }
        }
    }

    static void backward(
            float[] m, int dz, int mu, int logVar, int eps, int dMu, int dLogVar, int rows, int columns,
            float klScale) {
        LogVariance.requireColumns(columns);
        FloatVector pull = VectorMath.splat(klScale);
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            for (int i = c; i < rows * PANEL; i += PANEL) {
                FloatVector s = FloatVector.fromArray(F, m, logVar + i);
                VectorMask<Float> slopes = live.andNot(VectorLikelihoods.clamped(s));
                FloatVector sigma = sigma(VectorLikelihoods.clamp(s));
                FloatVector d = FloatVector.fromArray(F, m, dz + i);
                FloatVector noise = d.mul(FloatVector.fromArray(F, m, eps + i));
                FloatVector slope = noise.fma(sigma, sigma.fma(sigma, MINUS_ONE).mul(pull)).mul(HALF);
                FloatVector mean = FloatVector.fromArray(F, m, mu + i);
                ZERO.blend(pull.fma(mean, d), live).intoArray(m, dMu + i);
                ZERO.blend(slope, slopes).intoArray(m, dLogVar + i);
            }
        }
    }

    private static FloatVector sigma(FloatVector bounded) {
        return VectorMath.exp(bounded.mul(HALF));
    }
}
