package dev.fusedvae.check;

import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.LogVariance;
import java.util.Optional;

/// The bounds of [Rounding] for log p(x|y) and its gradient.
final class LikelihoodRounding {
    private static final double HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI);

    /// Roundings of one term of the sum over features: exp and log1p within 2 ulp, and what surrounds them.
    private static final int TERM = 12;

    private final Rounding rounding;
    private final Tolerance tolerance;
    private final Likelihood likelihood;
    private final double[] x;
    private final double[] y;
    private final double[] in;
    private final double[] learned;
    private final int samples;
    private final int d;
    private final double u;

    LikelihoodRounding(Rounding rounding, Tolerance tolerance, Likelihood likelihood, Tensor x, Tensor y, Optional<Tensor> logVar) {
        this.rounding = rounding;
        this.tolerance = tolerance;
        this.likelihood = likelihood;
        this.x = rounding.value(x);
        this.y = rounding.value(y);
        in = rounding.error(y);
        learned = logVar.map(rounding::value).orElse(new double[0]);
        samples = y.samples();
        d = x.width();
        u = tolerance.unit();
    }

    void value(Op.LogLikelihood o, int rows) {
        double[] e = rounding.make(o.ll());
        double gamma = tolerance.gamma(d + TERM);
        for (int b = 0; b < rows * samples; b++) {
            for (int j = 0; j < d; j++) {
                e[b] += switch (likelihood) {
                    case Likelihood.Bernoulli l -> {
                        double logit = y[b * d + j];
                        double size = Math.max(logit, 0) + Math.abs(logit * x[b / samples * d + j]) + Math.log1p(Math.exp(-Math.abs(logit)));
                        yield gamma * size + Math.abs(sigmoid(logit) - x[b / samples * d + j]) * in[b * d + j];
                    }
                    case Likelihood.ContinuousBernoulli l -> {
                        double logit = y[b * d + j];
                        // g(a) is the logarithm of a quotient within 4 ulp, or a series; |slope| <= 1
                        double size = Math.abs(logit) + Math.abs(logit * x[b / samples * d + j]) + Math.log(2 + Math.abs(logit));
                        yield gamma * size + in[b * d + j];
                    }
                    case Likelihood.Gaussian l -> gaussian(b, j, gamma);
                    case Likelihood.GaussianVector l -> gaussian(b, j, gamma);
                    case Likelihood.GaussianScalar l -> gaussian(b, j, gamma);
                    case Likelihood.GaussianFeature l -> gaussian(b, j, gamma);
                };
            }
        }
    }

    private double gaussian(int b, int j, double gamma) {
        double logVar = logVar(b, j);
        double precision = Math.exp(-logVar);
        double off = x[b / samples * d + j] - y[mean(b, j)];
        double size = 0.5 * off * off * precision + 0.5 * Math.abs(logVar) + HALF_LOG_2PI;
        return gamma * size + Math.abs(off) * precision * in[mean(b, j)]
                + 0.5 * Math.abs(off * off * precision - 1) * logVarError(b, j);
    }

    void gradient(Op.LikelihoodBackward o, int rows, double scale) {
        double[] e = rounding.make(o.dY());
        o.dLogVar().ifPresent(rounding::make);
        for (int b = 0; b < rows * samples; b++) {
            for (int j = 0; j < d; j++) {
                int i = mean(b, j);
                switch (likelihood) {
                    case Likelihood.Bernoulli l -> {
                        double s = sigmoid(y[i]);
                        e[i] = scale * (0.25 * in[i] + 6 * u * s + 2 * u * Math.abs(s - x[b / samples * d + j]));
                    }
                    // a quotient e/(1−e), at a >= 1 off by 4 roundings of at most 1, and 1/a; the mean's slope is at most 1/12
                    case Likelihood.ContinuousBernoulli l -> e[i] = scale * (in[i] / 12 + 8 * u);
                    case Likelihood.Gaussian l -> e[i] = byMean(b, j, scale);
                    case Likelihood.GaussianVector l -> e[i] = byMean(b, j, scale);
                    case Likelihood.GaussianScalar l -> e[i] = byMean(b, j, scale);
                    case Likelihood.GaussianFeature l -> e[i] = byMean(b, j, scale);
                }
                switch (likelihood.logVar()) {
                    case NONE -> { }
                    case SCALAR -> { } // summed over the features below
                    case VECTOR -> rounding.of(o.dLogVar().orElseThrow())[i] = LogVariance.inside(learned[j]) ? byLogVar(b, j, scale, 6 * u) : 0;
                    case DECODER -> e[i + d] = LogVariance.inside(y[i + d]) ? byLogVar(b, j, scale, 6 * u) : 0;
                }
            }
        }
        if (likelihood.logVar() == Likelihood.LogVar.SCALAR && LogVariance.inside(learned[0])) {
            double[] total = rounding.of(o.dLogVar().orElseThrow());
            for (int b = 0; b < rows * samples; b++) {
                for (int j = 0; j < d; j++) {
                    total[b] += byLogVar(b, j, scale, tolerance.gamma(d + TERM));
                }
            }
        }
    }

    /// dMean = −(x − m)·e^(−log σ²)·scale: a difference, an exponential or a quotient, two products.
    private double byMean(int b, int j, double scale) {
        double precision = Math.exp(-logVar(b, j));
        double off = Math.abs(x[b / samples * d + j] - y[mean(b, j)]);
        return scale * precision * (in[mean(b, j)] + off * (6 * u + logVarError(b, j)));
    }

    /// d log σ² = ½(1 − (x − m)²·e^(−log σ²))·scale, each of the two terms off by `own` of its size.
    private double byLogVar(int b, int j, double scale, double own) {
        double precision = Math.exp(-logVar(b, j));
        double off = Math.abs(x[b / samples * d + j] - y[mean(b, j)]);
        double scaled = off * off * precision;
        return 0.5 * scale * (own * (1 + scaled) + 2 * off * precision * in[mean(b, j)] + scaled * logVarError(b, j));
    }

    private int mean(int b, int j) {
        return b * d * likelihood.outputsPerFeature() + j;
    }

    private double logVar(int b, int j) {
        return switch (likelihood.logVar()) {
            case NONE -> Math.log(likelihood.fixedVariance().orElseThrow());
            case SCALAR -> LogVariance.clamp(learned[0]);
            case VECTOR -> LogVariance.clamp(learned[j]);
            case DECODER -> LogVariance.clamp(y[mean(b, j) + d]);
        };
    }

    private double logVarError(int b, int j) {
        return likelihood.logVar() == Likelihood.LogVar.DECODER ? in[mean(b, j) + d] : 0;
    }

    private static double sigmoid(double logit) {
        return 1 / (1 + Math.exp(-logit));
    }
}
