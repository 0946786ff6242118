package dev.fusedvae.backend.reference;

import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.LogVariance;

/// log p(x|y) of one feature in nats, and its derivatives by the mean (or logit) and by log σ².
record ReferenceLikelihood(double logDensity, double byMean, double byLogVar) {

    /// @param y      row `r` of `[rows, d]` or `[rows, 2d]` with the log-variances behind the means
    /// @param logVar the learned log σ²: none, one, or d of them
    static ReferenceLikelihood of(Likelihood likelihood, double x, double[] y, int r, int j, int d, double[] logVar) {
        return switch (likelihood) {
            case Likelihood.Bernoulli() -> bernoulli(x, y[r * d + j]);
            case Likelihood.ContinuousBernoulli() -> continuousBernoulli(x, y[r * d + j]);
            case Likelihood.Gaussian(double variance) -> gaussian(x, y[r * d + j], Math.log(variance), false);
            case Likelihood.GaussianScalar() -> learned(x, y[r * d + j], logVar[0]);
            case Likelihood.GaussianVector() -> learned(x, y[r * d + j], logVar[j]);
            case Likelihood.GaussianFeature() -> learned(x, y[r * 2 * d + j], y[r * 2 * d + d + j]);
        };
    }

    /// log p = l·x − max(l,0) + g(|l|), g(a) = log(a / (1 − e^−a)), and its slope x − mean, mean = 1 − g′(l) for l > 0,
    /// g′(−l) below, g′(a) = 1/a − 1/(e^a − 1); near 0 the first terms of their series (Bernoulli numbers).
    static ReferenceLikelihood continuousBernoulli(double x, double l) {
        double a = Math.abs(l);
        double g = a < 0.1
                ? a / 2 - a * a / 24 + Math.pow(a, 4) / 2880 - Math.pow(a, 6) / 181440
                : Math.log(a / -Math.expm1(-a));
        double slope = a < 0.1
                ? 0.5 - a / 12 + Math.pow(a, 3) / 720 - Math.pow(a, 5) / 30240 + Math.pow(a, 7) / 1209600
                : 1 / a - 1 / Math.expm1(a);
        return new ReferenceLikelihood(l * x - Math.max(l, 0) + g, x - (l < 0 ? slope : 1 - slope), 0);
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
