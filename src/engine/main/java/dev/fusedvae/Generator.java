package dev.fusedvae;

import dev.fusedvae.eval.Means;
import dev.fusedvae.rng.Binarizer;
import dev.fusedvae.rng.Normals;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.rng.Uniforms;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.LogVariance;
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
    /// Row stride of a contiguous row in the panel form of rng.
    private static final int PANEL = 32;

    private final VaeSpec spec;
    private final Means means;
    /// Learned log-variances beside the decoder's: none, one, or one a feature.
    private final float[] logVars;

    /// Turns what a decoder gives for rows `first … first + rows` into rows of `to`.
    @FunctionalInterface
    interface Output {
        void write(float[] y, int first, int rows, float[][] to);
    }

    Generator(Model model) {
        spec = model.spec();
        means = new Means(spec);
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
            Normals.block(stream, 0, r, 1, spec.latent(), z[r], 0, spec.latent(), PANEL);
            for (int j = 0; j < spec.latent() && !spec.prior().standard(); j++) {
                z[r][j] = (float) (spec.prior().mean(j) + Math.sqrt(spec.prior().variance(j)) * z[r][j]);
            }
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
                Binarizer.binarize(stream, 0, first + r, to[first + r].clone(), 0, spec.features(), to[first + r], 0, PANEL);
                continue;
            }
            if (spec.likelihood() instanceof Likelihood.ContinuousBernoulli) {
                Uniforms.fill(stream, 0, first + r, spec.features(), normals, 0, 0, 1);
                for (int j = 0; j < normals.length; j++) {
                    to[first + r][j] = (float) quantile(normals[j], y[r * spec.features() + j]);
                }
                continue;
            }
            Normals.block(stream, 0, first + r, 1, spec.features(), normals, 0, spec.features(), PANEL);
            for (int j = 0; j < normals.length; j++) {
                to[first + r][j] += deviation(y, r, j) * normals[j];
            }
        }
    }

    /// x with P(X <= x) = u of the continuous Bernoulli on logit l: log(1 + u(e^l − 1)) / l.
    private static double quantile(double u, double l) {
        if (Math.abs(l) < 1e-6) {
            return u;
        }
        return l < 0 ? Math.log1p(u * Math.expm1(l)) / l : 1 + Math.log(u + (1 - u) * Math.exp(-l)) / l;
    }

    /// σ of feature j of row r of what the decoder gave.
    private float deviation(float[] y, int r, int j) {
        double logVariance = switch (spec.likelihood()) {
            case Likelihood.Bernoulli() -> throw new IllegalStateException("a Bernoulli feature has no deviation of its own");
            case Likelihood.Gaussian(double variance) -> StrictMath.log(variance);
            case Likelihood.ContinuousBernoulli() -> throw new IllegalStateException("a continuous Bernoulli has no deviation of its own");
            case Likelihood.GaussianScalar() -> LogVariance.clamp(logVars[0]);
            case Likelihood.GaussianVector() -> LogVariance.clamp(logVars[j]);
            case Likelihood.GaussianFeature() -> LogVariance.clamp(y[(2 * r + 1) * spec.features() + j]);
        };
        return (float) StrictMath.exp(0.5 * logVariance);
    }
}
