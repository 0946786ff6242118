package dev.fusedvae.spec;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/// The decoder's distribution p(x|z), factorised over features; log-densities are in nats, constants included.
public sealed interface Likelihood {

    /// Bernoulli on logits l: log p = −(max(l,0) − l·x + log1p(e^−|l|)); x must lie in [0,1].
    record Bernoulli() implements Likelihood {
        private static final Facts FACTS = new Facts("bernoulli", 0, true, LogVar.NONE);

        @Override
        public Facts facts() {
            return FACTS;
        }
    }

    /// Gaussian with a fixed variance σ²: log p = −½((x−m)²/σ² + log 2πσ²).
    record Gaussian(double variance) implements Likelihood {
        private static final Facts FACTS = new Facts("gaussian", 1, false, LogVar.NONE);

        public Gaussian {
            SpecException.require(variance > 0 && Double.isFinite(variance),
                    "variance must be a finite number > 0, got %s", variance);
        }

        @Override
        public Facts facts() {
            return FACTS;
        }
    }

    /// Gaussian with one learned scalar s = log σ², shared by all features; clamped as [LogVariance] says.
    record GaussianScalar() implements Likelihood {
        private static final Facts FACTS = new Facts("gaussian-scalar", 2, false, LogVar.SCALAR);

        @Override
        public Facts facts() {
            return FACTS;
        }
    }

    /// Gaussian whose decoder gives a mean and a log σ² for every feature; clamped as [LogVariance] says.
    record GaussianFeature() implements Likelihood {
        private static final Facts FACTS = new Facts("gaussian-feature", 3, false, LogVar.DECODER);

        @Override
        public Facts facts() {
            return FACTS;
        }
    }

    /// Continuous Bernoulli on logits l, a density on [0,1]: log p = l·x − max(l,0) + g(|l|), g(a) = log(a / (1 − e^−a)),
    /// g(0) = 0. Loaiza-Ganem & Cunningham 2019, eq. 6, with λ = σ(l): there log C(λ) = log(2 atanh(1−2λ)/(1−2λ)) = log(l / tanh ½l).
    record ContinuousBernoulli() implements Likelihood {
        private static final Facts FACTS = new Facts("continuous-bernoulli", 4, true, LogVar.NONE);

        @Override
        public Facts facts() {
            return FACTS;
        }
    }

    /// Gaussian with a learned vector s = log σ² of D values, one for each feature and independent of z; clamped likewise.
    record GaussianVector() implements Likelihood {
        private static final Facts FACTS = new Facts("gaussian-vector", 5, false, LogVar.VECTOR);

        @Override
        public Facts facts() {
            return FACTS;
        }
    }

    /// Where a learned log σ² comes from.
    enum LogVar {
        /// None is learned.
        NONE,
        /// One value beside the weights of the network, shared by all features.
        SCALAR,
        /// One value per feature beside the weights of the network.
        VECTOR,
        /// The decoder's last layer, which gives it per feature behind the means.
        DECODER
    }

    /// What is known of a likelihood beside its density.
    ///
    /// @param flag         the name used on the command line and in `config.json`
    /// @param code         the number by which kernels know it: `LikelihoodCode` of kernels/common/likelihood.cuh; it is never given to
    ///                     another
    /// @param unitInterval whether x must lie in [0,1]
    record Facts(String flag, int code, boolean unitInterval, LogVar logVar) {}

    Facts facts();

    /// One of each, those with a fixed variance with `variance`: all that [#parse] knows. Those with a learned one ignore it.
    static List<Likelihood> all(double variance) {
        return List.of(new Bernoulli(), new Gaussian(variance), new GaussianScalar(), new GaussianFeature(), new ContinuousBernoulli(), new GaussianVector());
    }

    /// The variance that is fixed when the model is specified, where there is one.
    default OptionalDouble fixedVariance() {
        return switch (this) {
            case Gaussian(double variance) -> OptionalDouble.of(variance);
            case Bernoulli() -> OptionalDouble.empty();
            case ContinuousBernoulli() -> OptionalDouble.empty();
            case GaussianScalar() -> OptionalDouble.empty();
            case GaussianVector() -> OptionalDouble.empty();
            case GaussianFeature() -> OptionalDouble.empty();
        };
    }

    /// Where a learned log σ² comes from.
    default LogVar logVar() {
        return facts().logVar;
    }

    /// Values the decoder's last layer computes for every feature: 2 where it also gives the log-variance, else 1.
    default int outputsPerFeature() {
        return logVar() == LogVar.DECODER ? 2 : 1;
    }

    /// Whether x must lie in [0,1].
    default boolean unitInterval() {
        return facts().unitInterval;
    }

    /// How many log-variances are learned beside the network's weights.
    default int logVariances(int features) {
        return switch (logVar()) {
            case NONE, DECODER -> 0;
            case SCALAR -> 1;
            case VECTOR -> features;
        };
    }

    /// The number by which kernels know it; see [Facts].
    default int code() {
        return facts().code;
    }

    /// The name used on the command line and in `config.json`.
    default String flag() {
        return facts().flag;
    }

    /// `bernoulli`, or with its number `gaussian, variance 0.5`.
    default String words() {
        return flag() + fixedVariance().stream().mapToObj(v -> ", variance " + v).collect(Collectors.joining());
    }

    /// Reads [#flag()]; `variance` is that of those that fix one.
    static Likelihood parse(String flag, double variance) {
        return all(variance).stream().filter(l -> l.flag().equals(flag)).findFirst().orElseThrow(() -> new SpecException("unknown likelihood '"
                + flag + "'; use one of " + all(1).stream().map(Likelihood::flag).collect(Collectors.joining(", "))));
    }
}
