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

    /// Gaussian with one learned scalar s = log σ², shared by all features; clamped as [LogVariance] says.
    record GaussianScalar() implements Likelihood {}

    /// Gaussian whose decoder gives a mean and a log σ² for every feature; clamped as [LogVariance] says.
    record GaussianFeature() implements Likelihood {}

    /// Values the decoder's last layer computes for every feature: 2 where it also gives the log-variance, else 1.
    default int outputsPerFeature() {
        return this instanceof GaussianFeature ? 2 : 1;
    }

    /// The name used on the command line and in `config.json`.
    default String flag() {
        return switch (this) {
            case Bernoulli() -> "bernoulli";
            case Gaussian(double variance) -> "gaussian";
            case GaussianScalar() -> "gaussian-scalar";
            case GaussianFeature() -> "gaussian-feature";
        };
    }

    /// Reads [#flag()]; `variance` is used by `gaussian` only.
    static Likelihood parse(String flag, double variance) {
        return switch (flag) {
            case "bernoulli" -> new Bernoulli();
            case "gaussian" -> new Gaussian(variance);
            case "gaussian-scalar" -> new GaussianScalar();
            case "gaussian-feature" -> new GaussianFeature();
            default -> throw new SpecException("unknown likelihood '" + flag
                    + "'; use bernoulli, gaussian, gaussian-scalar (one learned variance) or gaussian-feature (a variance per feature from the decoder)");
        };
    }
}
