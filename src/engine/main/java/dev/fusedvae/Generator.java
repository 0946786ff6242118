package dev.fusedvae;

import dev.fusedvae.eval.Decoded;
import dev.fusedvae.rng.Normals;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.spec.VaeSpec;
import dev.fusedvae.train.Model;

/// Latents from the prior, and examples from what a decoder gives for them.
///
/// Sample r of seed s: latent j is the normal (s, [Purpose#PRIOR_SAMPLES], site 0, step 0, row r, column j). Feature j
/// draws from site 1 in the same way: a Bernoulli feature is 1 where word < ⌊p·2³²⌋, a Gaussian one is mean + σ·normal, a
/// continuous Bernoulli one is the quantile of a uniform number. Where the prior is another, latents are m + √v·normal.
final class Generator {
    private static final int LATENTS = 0;
    private static final int FEATURES = 1;

    private final VaeSpec spec;
    private final Decoded decoded;
    /// Learned log-variances beside the decoder's: none, one, or one per feature.
    private final float[] logVars;

    /// Turns what a decoder gives for rows `first … first + rows` into rows of `to`.
    @FunctionalInterface
    interface Output {
        void write(float[] y, int first, int rows, float[][] to);
    }

    Generator(Model model) {
        spec = model.spec();
        decoded = new Decoded(spec);
        boolean learned = spec.likelihood().logVariances(spec.features()) > 0;
        logVars = learned ? model.parameters().values("likelihood.log_var") : new float[0];
    }

    float[][] prior(int count, long seed) {
        if (count < 0) {
            throw new IllegalArgumentException("the number of samples must be >= 0, got " + count);
        }
        float[][] z = new float[count][spec.latent()];
        Stream stream = new Stream(seed, Purpose.PRIOR_SAMPLES, LATENTS);
        for (int r = 0; r < count; r++) {
            Normals.block(stream, 0, r, 1, spec.latent(), z[r], 0);
            for (int j = 0; j < spec.latent() && !spec.prior().standard(); j++) {
                z[r][j] = (float) (spec.prior().mean(j) + Math.sqrt(spec.prior().variance(j)) * z[r][j]);
            }
        }
        return z;
    }

    void means(float[] y, int first, int rows, float[][] to) {
        int features = spec.features();
        float[] all = new float[rows * features];
        decoded.means(y, rows, all, 0);
        for (int r = 0; r < rows; r++) {
            System.arraycopy(all, r * features, to[first + r], 0, features);
        }
    }

    void draw(float[] y, int first, int rows, float[][] to, long seed) {
        means(y, first, rows, to);
        Stream stream = new Stream(seed, Purpose.PRIOR_SAMPLES, FEATURES);
        for (int r = 0; r < rows; r++) {
            decoded.draw(y, r, logVars, stream, first + r, to[first + r]);
        }
    }
}
