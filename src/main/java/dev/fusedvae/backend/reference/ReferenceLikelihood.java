package dev.fusedvae.backend.reference;

import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.LogVariance;

/// log p(x|y) of one feature in nats, and its derivatives by the mean (or logit) and by log σ².
record ReferenceLikelihood(double logDensity, double byMean, double byLogVar) {

    /// @param y      the decoder's output, `[B, d]` or `[B, 2d]` with the log-variances behind the means
    /// @param scalar the learned scalar log σ², where there is one
    static ReferenceLikelihood of(Likelihood likelihood, double x, double[] y, int b, int j, int d, double scalar) {
        return switch (likelihood) {
            case Likelihood.Bernoulli() -> bernoulli(x, y[b * d + j]);
            case Likelihood.Gaussian(double variance) -> gaussian(x, y[b * d + j], Math.log(variance), false);
            case Likelihood.GaussianScalar() -> learned(x, y[b * d + j], scalar);
            case Likelihood.GaussianFeature() -> learned(x, y[b * 2 * d + j], y[b * 2 * d + d + j]);
        };
    }

    private static ReferenceLikelihood bernoulli(double x, double logit) {
        double logDensity = -(Math.max(logit, 0) - logit * x + Math.log1p(Math.exp(-Math.abs(logit))));
        return new ReferenceLikelihood(logDensity, x - 1 / (1 + Math.exp(-logit)), 0);
    }

    private static ReferenceLikelihood learned(double x, double mean, double logVar) {
        return gaussian(x, mean, LogVariance.clamp(logVar), LogVariance.inside(logVar));
    }

    private static ReferenceLikelihood gaussian(double x, double mean, double logVar, boolean learns) {
        double scaled = (x - mean) * (x - mean) * Math.exp(-logVar);
        return new ReferenceLikelihood(
                -0.5 * (scaled + logVar + Math.log(2 * Math.PI)),
                (x - mean) * Math.exp(-logVar),
                learns ? 0.5 * (scaled - 1) : 0);
    }
}
