package dev.fusedvae.spec;

/// The decoder's distribution p(x|z), factorised over features; log-densities are in nats, constants included.
public sealed interface Likelihood {

    /// Bernoulli on logits l: log p = −(max(l,0) − l·x + log1p(e^−|l|)); x must lie in [0,1].
    record Bernoulli() implements Likelihood {}

    /// Gaussian with a fixed variance σ²: log p = −½((x−m)²/σ² + log 2πσ²).
    record Gaussian(double variance) implements Likelihood {
        public Gaussian {
            SpecException.require(variance > 0 && Double.isFinite(variance),
                    "variance must be a finite number > 0, got %s", variance);
        }
    }

    /// Continuous Bernoulli on logits l, a density on [0,1]: log p = l·x − max(l,0) + g(|l|), g(a) = log(a / (1 − e^−a)),
    /// g(0) = 0. Loaiza-Ganem & Cunningham 2019, eq. 6, with λ = σ(l): there log C(λ) = log(2 atanh(1−2λ)/(1−2λ)) = log(l / tanh ½l).
    record ContinuousBernoulli() implements Likelihood {}

    /// Gaussian with one learned scalar s = log σ², shared by all features; clamped as [LogVariance] says.
    record GaussianScalar() implements Likelihood {}

    /// Gaussian with a learned vector s = log σ² of D values, one for each feature and independent of z; clamped likewise.
    record GaussianVector() implements Likelihood {}

    /// Gaussian whose decoder gives a mean and a log σ² for every feature; clamped as [LogVariance] says.
    record GaussianFeature() implements Likelihood {}

    /// Values the decoder's last layer computes for every feature: 2 where it also gives the log-variance, else 1.
    default int outputsPerFeature() {
        return this instanceof GaussianFeature ? 2 : 1;
    }

    /// Whether x must lie in [0,1].
    default boolean unitInterval() {
        return this instanceof Bernoulli || this instanceof ContinuousBernoulli;
    }

    /// Learned log-variances beside the network's weights: none, one, or one a feature.
    default int logVariances(int features) {
        return switch (this) {
            case GaussianScalar() -> 1;
            case GaussianVector() -> features;
            case Bernoulli() -> 0;
            case ContinuousBernoulli() -> 0;
            case Gaussian g -> 0;
            case GaussianFeature() -> 0;
        };
    }

    /// The number by which kernels know it: `LikelihoodCode` of kernels/common/family_args.cuh. It is never given to another.
    default int code() {
        return switch (this) {
            case Bernoulli() -> 0;
            case Gaussian(double variance) -> 1;
            case GaussianScalar() -> 2;
            case GaussianFeature() -> 3;
            case ContinuousBernoulli() -> 4;
            case GaussianVector() -> 5;
        };
    }

    /// The name used on the command line and in `config.json`.
    default String flag() {
        return switch (this) {
            case Bernoulli() -> "bernoulli";
            case Gaussian(double variance) -> "gaussian";
            case ContinuousBernoulli() -> "continuous-bernoulli";
            case GaussianScalar() -> "gaussian-scalar";
            case GaussianVector() -> "gaussian-vector";
            case GaussianFeature() -> "gaussian-feature";
        };
    }

    /// Reads [#flag()]; `variance` is used by `gaussian` only.
    static Likelihood parse(String flag, double variance) {
        return switch (flag) {
            case "bernoulli" -> new Bernoulli();
            case "gaussian" -> new Gaussian(variance);
            case "continuous-bernoulli" -> new ContinuousBernoulli();
            case "gaussian-vector" -> new GaussianVector();
            case "gaussian-scalar" -> new GaussianScalar();
            case "gaussian-feature" -> new GaussianFeature();
            default -> throw new SpecException("unknown likelihood '" + flag
                    + "'; use bernoulli, continuous-bernoulli, gaussian, gaussian-scalar (one learned variance), "
                    + "gaussian-vector (a learned variance per feature) or gaussian-feature (a variance per feature from the decoder)");
        };
    }
}
