package dev.fusedvae;

import dev.fusedvae.eval.Means;
import dev.fusedvae.rng.Binarizer;
import dev.fusedvae.rng.Normals;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.LogVariance;
import dev.fusedvae.spec.VaeSpec;
import dev.fusedvae.train.Model;

/// Latents from the prior, and examples from what a decoder gives for them.
///
/// Sample r of seed s: latent j is the normal (s, [Purpose#PRIOR_SAMPLES], site 0, step 0, row r, column j). Feature j
/// draws from site 1 in the same way: a Bernoulli feature is 1 where word < ⌊p·2³²⌋, a Gaussian one is mean + σ·normal.
final class Generator {
    private static final int LATENTS = 0;
    private static final int FEATURES = 1;
    /// Row stride of a contiguous row in the panel form of rng.
    private static final int PANEL = 32;

    private final VaeSpec spec;
    private final Means means;
    private final float logVar;

    /// Turns what a decoder gives for rows `first … first + rows` into rows of `to`.
    @FunctionalInterface
    interface Output {
        void write(float[] y, int first, int rows, float[][] to);
    }

    Generator(Model model) {
        spec = model.spec();
        means = new Means(spec);
        logVar = spec.likelihood() instanceof Likelihood.GaussianScalar ? model.parameters().values("likelihood.log_var")[0] : 0;
    }

    float[][] prior(int count, long seed) {
        if (count < 0) {
            throw new IllegalArgumentException("the number of samples must be >= 0, got " + count);
        }
        float[][] z = new float[count][spec.latent()];
        Stream stream = new Stream(seed, Purpose.PRIOR_SAMPLES, LATENTS);
        for (int r = 0; r < count; r++) {
            Normals.block(stream, 0, r, 1, spec.latent(), z[r], 0, spec.latent(), PANEL);
        }
        return z;
    }

    void means(float[] y, int first, int rows, float[][] to) {
        int features = spec.features();
        float[] all = new float[rows * features];
        means.of(y, rows, all, 0);
        for (int r = 0; r < rows; r++) {
            System.arraycopy(all, r * features, to[first + r], 0, features);
        }
    }

    void draw(float[] y, int first, int rows, float[][] to, long seed) {
        means(y, first, rows, to);
        Stream stream = new Stream(seed, Purpose.PRIOR_SAMPLES, FEATURES);
        float[] normals = new float[spec.features()];
        for (int r = 0; r < rows; r++) {
            if (spec.likelihood() instanceof Likelihood.Bernoulli) {
                Binarizer.floats(stream, 0, first + r, spec.features(), to[first + r], 0, PANEL);
                continue;
            }
            Normals.block(stream, 0, first + r, 1, spec.features(), normals, 0, spec.features(), PANEL);
            for (int j = 0; j < normals.length; j++) {
                to[first + r][j] += deviation(y, r, j) * normals[j];
            }
        }
    }

    /// σ of feature j of row r of what the decoder gave.
    private float deviation(float[] y, int r, int j) {
        double logVariance = switch (spec.likelihood()) {
            case Likelihood.Bernoulli() -> throw new IllegalStateException("a Bernoulli feature has no deviation of its own");
            case Likelihood.Gaussian(double variance) -> StrictMath.log(variance);
            case Likelihood.GaussianScalar() -> LogVariance.clamp(logVar);
            case Likelihood.GaussianFeature() -> LogVariance.clamp(y[(2 * r + 1) * spec.features() + j]);
        };
        return (float) StrictMath.exp(0.5 * logVariance);
    }
}
