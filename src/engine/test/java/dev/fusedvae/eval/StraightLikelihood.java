package dev.fusedvae.eval;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.rng.Normals;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.VaeSpec;

/// log p(x) by importance sampling written down once more, in double, with arrays and loops: it shares parameters and noise
/// with the engine and nothing else. One hidden ReLU layer on each side, prior N(0, I).
final class StraightLikelihood {
    private final VaeSpec spec;
    private final Parameters p;
    private final Stream noise;
    /// Σ of the absolute terms of the last log-weight: what its rounding is in proportion to.
    private double size;

    /// What came out for an example.
    ///
    /// @param size the largest sum of absolute terms that a log-weight had
    record Estimate(double logLikelihood, double size) {}

    StraightLikelihood(VaeSpec spec, Parameters parameters, long seed) {
        this.spec = spec;
        p = parameters;
        noise = new Stream(seed, Purpose.EVALUATION, 0);
    }

    Estimate of(Examples examples, int example, int samples) {
        double[] x = new double[spec.features()];
        for (int i = 0; i < x.length; i++) {
            x[i] = examples.value(example, i);
        }
        double[] heads = layer("heads", relu(layer("encoder.0", x)));
        double[] logs = new double[samples];
        double most = Double.NEGATIVE_INFINITY;
        double largest = 0;
        for (int s = 0; s < samples; s++) {
            size = 0;
            double[] z = new double[spec.latent()];
            for (int j = 0; j < z.length; j++) {
                double eps = Normals.at(noise, 0, (long) example * samples + s, j);
                z[j] = heads[j] + Math.exp(heads[z.length + j] / 2) * eps;
                logs[s] += term(0.5 * eps * eps) + term(0.5 * heads[z.length + j]) - term(0.5 * z[j] * z[j]);
            }
            double[] y = layer("decoder.2", relu(layer("decoder.0", z)));
            for (int i = 0; i < x.length; i++) {
                logs[s] += density(x[i], y, i);
            }
            most = Math.max(most, logs[s]);
            largest = Math.max(largest, size);
        }
        double sum = 0;
        for (double log : logs) {
            sum += Math.exp(log - most);
        }
        return new Estimate(most + Math.log(sum / samples), largest);
    }

    private double term(double value) {
        size += Math.abs(value);
        return value;
    }

    private double density(double x, double[] y, int i) {
        return switch (spec.likelihood()) {
            case Likelihood.Bernoulli l -> term(x * y[i]) - term(Math.log1p(Math.exp(y[i])));
            case Likelihood.ContinuousBernoulli l -> {
                double lambda = 1 / (1 + Math.exp(-y[i]));
                // C(λ) of Loaiza-Ganem & Cunningham, whose quotient loses all digits at λ = ½, where C is 2
                double c = Math.abs(y[i]) < 1e-4 ? 2 : Math.log((1 - lambda) / lambda) / (1 - 2 * lambda);
                yield term(x * y[i]) - term(Math.log1p(Math.exp(y[i]))) + term(Math.log(c));
            }
            case Likelihood.Gaussian(double variance) -> normal(x, y[i], Math.log(variance));
            case Likelihood.GaussianScalar l -> normal(x, y[i], p.values("likelihood.log_var")[0]);
            case Likelihood.GaussianVector l -> normal(x, y[i], p.values("likelihood.log_var")[i]);
            case Likelihood.GaussianFeature l -> normal(x, y[i], y[spec.features() + i]);
        };
    }

    private double normal(double x, double mean, double logVar) {
        return -term(0.5 * (x - mean) * (x - mean) / Math.exp(logVar)) - term(0.5 * logVar) - term(0.5 * Math.log(2 * Math.PI));
    }

    private double[] layer(String name, double[] in) {
        float[] w = p.values(name + ".weight");
        float[] b = p.values(name + ".bias");
        double[] out = new double[b.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = b[i];
            for (int j = 0; j < in.length; j++) {
                out[i] += (double) w[i * in.length + j] * in[j];
            }
        }
        return out;
    }

    private static double[] relu(double[] a) {
        double[] y = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            y[i] = Math.max(0, a[i]);
        }
        return y;
    }
}
