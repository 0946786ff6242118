package dev.fusedvae.simd;

import static dev.fusedvae.simd.Elementwise.PANEL;
import static dev.fusedvae.simd.Lanes.F;
import static dev.fusedvae.simd.Lanes.WIDTH;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// The latent loops of [VectorElementwise].
final class VectorLatent {
    private VectorLatent() {}

    static void reparameterize(float[] m, int mu, int logVar, int eps, int z, int rows, int columns) {
        LogVariance.requireColumns(columns);
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            for (int i = c; i < rows * PANEL; i += PANEL) {
                FloatVector mean = FloatVector.fromArray(F, m, mu + i);
                FloatVector sigma = sigma(VectorLikelihoods.clamp(FloatVector.fromArray(F, m, logVar + i)));
                sample(sigma, m, eps + i, mean, live).intoArray(m, z + i);
            }
        }
    }

    static void kl(float[] m, int mu, int logVar, int partials, int rows, int columns) {
        LogVariance.requireColumns(columns);
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            for (int r = 0; r < rows; r++) {
                int i = r * PANEL + c;
                FloatVector mean = FloatVector.fromArray(F, m, mu + i);
                FloatVector bounded = VectorLikelihoods.clamp(FloatVector.fromArray(F, m, logVar + i));
                VectorLikelihoods.accumulate(m, partials, r, c, divergence(mean, sigma(bounded), bounded), live);
            }
        }
    }

    static void reparameterizeKl(float[] m, int mu, int logVar, int eps, int z, int partials, int rows, int columns) {
        LogVariance.requireColumns(columns);
        for (int c = 0; c < PANEL; c += WIDTH) {
            VectorMask<Float> live = F.indexInRange(c, columns);
            for (int r = 0; r < rows; r++) {
                int i = r * PANEL + c;
                FloatVector mean = FloatVector.fromArray(F, m, mu + i);
                FloatVector bounded = VectorLikelihoods.clamp(FloatVector.fromArray(F, m, logVar + i));
                FloatVector sigma = sigma(bounded);
                VectorLikelihoods.accumulate(m, partials, r, c, divergence(mean, sigma, bounded), live);
                sample(sigma, m, eps + i, mean, live).intoArray(m, z + i);
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
                FloatVector sigma = sigma(VectorLikelihoods.clamp(s));
                FloatVector d = FloatVector.fromArray(F, m, dz + i);
                FloatVector noise = d.mul(FloatVector.fromArray(F, m, eps + i));
                FloatVector slope = noise.fma(sigma, sigma.fma(sigma, VectorMath.splat(-1)).mul(klScale)).mul(0.5f);
                FloatVector mean = FloatVector.fromArray(F, m, mu + i);
                VectorLikelihoods.zero().blend(pull.fma(mean, d), live).intoArray(m, dMu + i);
                VectorLikelihoods.zero().blend(slope, live.andNot(VectorLikelihoods.clamped(s)))
                        .intoArray(m, dLogVar + i);
            }
        }
    }

    private static FloatVector sigma(FloatVector bounded) {
        return VectorMath.exp(bounded.mul(0.5f));
    }

    private static FloatVector sample(FloatVector sigma, float[] m, int eps, FloatVector mean, VectorMask<Float> live) {
        return VectorLikelihoods.zero().blend(sigma.fma(FloatVector.fromArray(F, m, eps), mean), live);
    }

    private static FloatVector divergence(FloatVector mean, FloatVector sigma, FloatVector bounded) {
        return mean.fma(mean, sigma.fma(sigma, VectorMath.splat(-1)).sub(bounded)).mul(0.5f);
    }
}
