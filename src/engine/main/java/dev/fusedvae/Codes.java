package dev.fusedvae;

import dev.fusedvae.rng.Normals;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.spec.LogVariance;

/// What an encoder says about examples: q(z|x) = N(mu, exp(logVar)), a row each.
///
/// @param mu     `[examples, latent]`: the means, or the codes of an autoencoder
/// @param logVar `[examples, latent]`: log σ² as the network gives it; rows are empty for an autoencoder
@SuppressWarnings("ArrayRecordComponent")
public record Codes(float[][] mu, float[][] logVar) {

    /// z = μ + σ⊙ε, one draw for each example: number `sample` of `samples`, numbered as in evaluation. Of an autoencoder,
    /// whose code has no variance, the code itself.
    public float[][] draw(long seed, int sample, int samples) {
        Stream noise = new Stream(seed, Purpose.EVALUATION, 0);
        float[][] z = new float[mu.length][];
        for (int i = 0; i < z.length; i++) {
            z[i] = mu[i].clone();
            for (int j = 0; j < logVar[i].length; j++) {
                double sigma = Math.exp(0.5 * LogVariance.clamp(logVar[i][j]));
                z[i][j] = (float) (mu[i][j] + sigma * Normals.at(noise, 0, (long) i * samples + sample, j));
            }
        }
        return z;
    }
}
