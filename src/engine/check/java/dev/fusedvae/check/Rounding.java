package dev.fusedvae.check;

import dev.fusedvae.backend.Feed;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Step;
import dev.fusedvae.rng.Binarizer;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Corruption;
import dev.fusedvae.spec.Likelihood;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Running error analysis: how far a plain evaluation in the precision of a [Tolerance] may be from the definition.
///
/// Ops are visited in order, by [OpRules#bound]; the error of what an op makes is the error of what it reads, carried through its derivative,
/// plus its own roundings. What comes from outside a call is exact: both sides read the same floats. Terms in unit² are
/// dropped. Every rule holds for any order of summation and with or without fma. Constants count roundings; where a
/// function is involved, its documented error counts two roundings an ulp: exp and log1p 1 to 2 ulp, tanh, sigmoid and
/// softplus 3, elu 2. Log-variances are taken to keep away from the edges of their clamp, and the
/// mean KL of a latent from its free bits.
final class Rounding {

    private final Function<Tensor, double[]> values;
    private final Map<Tensor, double[]> errors = new HashMap<>();
    private final Tolerance tolerance;
    final double u;
    final Step step;
    private final Feed feed;
    final int rows;
    final LatentRounding latent;

    /// @param feed   where draws come from
    /// @param values what ops read: of parameters and state before the step, of all else as the definition makes it
    Rounding(Tolerance tolerance, Step step, Feed feed, Function<Tensor, double[]> values) {
        this.tolerance = tolerance;
        this.feed = feed;
        this.values = values;
        this.step = step;
        u = tolerance.unit();
        rows = step.rows();
        latent = new LatentRounding(this, tolerance, step);
    }

    /// The bound for every value of a tensor that some visited op made.
    double[] of(Tensor t) {
        return errors.get(t);
    }

    LikelihoodRounding likelihood(Likelihood likelihood, Tensor x, Tensor y, Optional<Tensor> logVar) {
        return new LikelihoodRounding(this, tolerance, likelihood, x, y, logVar);
    }

    double[] value(Tensor t) {
        return values.apply(t);
    }

    /// The error of a tensor that an op reads.
    double[] error(Tensor t) {
        return errors.computeIfAbsent(t, outside -> new double[values.apply(outside).length]);
    }

    /// Starts the errors of a tensor that an op writes, at zero.
    double[] make(Tensor t) {
        double[] e = new double[Math.toIntExact(t.elements(rows))];
        errors.put(t, e);
        return e;
    }

    /// y = a W over `depth` terms, W by rows (`transposed`: each output reads a row of W) or by columns.
    void product(Tensor a, Tensor weight, Tensor y, int depth, boolean transposed) {
        double[] in = value(a);
        double[] inError = error(a);
        double[] w = value(weight);
        double[] e = make(y);
        int n = y.width();
        double gamma = tolerance.productGamma(depth);
        for (int b = 0; b < y.rows(rows); b++) {
            for (int i = 0; i < n; i++) {
                double sum = 0;
                for (int k = 0; k < depth; k++) {
                    double weightSize = Math.abs(w[transposed ? i * depth + k : k * n + i]);
                    sum += weightSize * (gamma * Math.abs(in[b * depth + k]) + inError[b * depth + k]);
                }
                e[b * n + i] = sum;
            }
        }
    }

    void weightGradient(Op.LinearBackwardWeight o) {
        double[] dY = value(o.dY());
        double[] dYError = error(o.dY());
        double[] x = value(o.x());
        double[] xError = error(o.x());
        double[] e = make(o.dW());
        int n = o.layer().width();
        int k = o.layer().inputs();
        int all = o.dY().rows(rows);
        double gamma = tolerance.productGamma(all);
        for (int b = 0; b < all; b++) {
            for (int i = 0; i < n; i++) {
                double slope = Math.abs(dY[b * n + i]);
                for (int j = 0; j < k; j++) {
                    double in = Math.abs(x[b * k + j]);
                    e[i * k + j] += gamma * slope * in + dYError[b * n + i] * in + slope * xError[b * k + j];
                }
            }
        }
    }

    void sum(double[] made, double[] e, double[]... errorsIn) {
        for (int i = 0; i < e.length; i++) {
            e[i] = u * Math.abs(made[i]);
            for (double[] in : errorsIn) {
                e[i] += in[i];
            }
        }
    }

    /// A sum over the rows of column `j`. One rounding more than its terms: some of them are sums that were rounded on
    /// their way to memory.
    double columnTotal(Tensor t, int j, int width) {
        double[] v = value(t);
        double[] in = error(t);
        double total = 0;
        int all = t.rows(rows);
        for (int b = 0; b < all; b++) {
            total += tolerance.gamma(all + 1) * Math.abs(v[b * width + j]) + in[b * width + j];
        }
        return total;
    }

    void squaredNorm(Op.SquaredNorm o) {
        double[] g = value(o.gradient());
        double[] in = error(o.gradient());
        double[] e = make(o.partial());
        for (int i = 0; i < g.length; i++) {
            e[0] += tolerance.gamma(g.length + 1) * g[i] * g[i] + 2 * Math.abs(g[i]) * in[i];
        }
    }

    void activate(Op.Activate o, double[] made) {
        double[] a = value(o.a());
        double[] in = error(o.a());
        double[] e = make(o.y());
        for (int i = 0; i < e.length; i++) {
            e[i] = steepest(o.activation()) * in[i] + u * switch (o.activation()) {
                case IDENTITY, RELU -> 0;
                case LEAKY_RELU -> 2 * Math.abs(made[i]);
                case ELU -> 4 * Math.abs(made[i]);
                case TANH, SIGMOID, SOFTPLUS -> 6 * Math.abs(made[i]);
                case SILU -> 8 * Math.abs(made[i]);
                // Φ within 2e-7 (3.4 roundings of 1) and one product
                case GELU -> 5 * Math.abs(a[i]);
            };
        }
    }

    /// The largest |act′|: 1.1290 of gelu is at √2, 1.0998 of silu near 2.4.
    private static double steepest(Activation activation) {
        return switch (activation) {
            case IDENTITY, RELU, LEAKY_RELU, TANH, SOFTPLUS, ELU -> 1;
            case SIGMOID -> 0.25;
            case GELU -> 1.13;
            case SILU -> 1.1;
        };
    }

    /// `saved` comes from memory, so a kink of the activation is on the same side for both.
    void activateBackward(Op.ActivateBackward o, double[] made) {
        double[] dY = value(o.dY());
        double[] saved = value(o.saved());
        double[] in = error(o.dY());
        double[] e = make(o.dA());
        for (int i = 0; i < e.length; i++) {
            double slope = o.activation().derivative(saved[i], saved[i]);
            double slopeError = u * switch (o.activation()) {
                case IDENTITY, RELU -> 0;
                case LEAKY_RELU, ELU -> Math.abs(slope);
                case TANH -> 2;
                case SIGMOID -> 2 * Math.abs(slope);
                case SOFTPLUS -> 4 * Math.abs(slope);
                // the roundings of σ or Φ and of a·φ, times the pre-activation that multiplies them
                case GELU, SILU -> 8 * Math.max(1, Math.abs(saved[i]));
            };
            e[i] = Math.abs(slope) * in[i] + Math.abs(dY[i]) * slopeError + u * Math.abs(made[i]);
        }
    }

    /// A draw may fall either way only where its word is between the bounds of its probability: everywhere else it is exact.
    void sample(Op.BernoulliSample o) {
        double[] p = value(o.p());
        double[] in = error(o.p());
        double[] e = make(o.state());
        int n = o.p().width();
        Stream stream = feed.gibbs(o.site());
        for (int b = 0; b < rows; b++) {
            float[][] bounds = new float[2][n];
            float[][] drawn = new float[2][n];
            for (int side = 0; side < 2; side++) {
                for (int j = 0; j < n; j++) {
                    double off = in[b * n + j] > 0 ? tolerance.allowed(in[b * n + j]) : 0;
                    bounds[side][j] = (float) (p[b * n + j] + (2 * side - 1) * off);
                }
                Binarizer.binarize(stream, step.step(), feed.noiseRow(step, b), bounds[side], 0, n, drawn[side], 0);
            }
            for (int j = 0; j < n; j++) {
                e[b * n + j] = drawn[1][j] - drawn[0][j];
            }
        }
    }

    void contrast(Op.Contrast o, double[] made) {
        int n = o.rows().width();
        double scale = o.gradient() ? step.invRows() : 1;
        double[] e = make(o.rows());
        for (int i = 0; i < e.length; i++) {
            int from = i / n / 2 * n + i % n;
            double in = (i / n % 2 == 0 ? error(o.data()) : error(o.model()))[from];
            e[i] = scale * in + (o.gradient() ? 2 * u * Math.abs(made[i]) : 0);
        }
    }

    /// x + σn: one fma, σ rounded once; or a product with 0 or 1.
    void corrupt(Op.Corrupt o, double[] made) {
        double[] x = value(o.x());
        double[] e = make(o.out());
        switch (o.corruption()) {
            case Corruption.None() -> { }
            case Corruption.Gaussian(double sigma) -> {
                for (int i = 0; i < e.length; i++) {
                    e[i] = u * (Math.abs(made[i] - x[i]) + Math.abs(made[i]));
                }
            }
            case Corruption.Masking(double probability) -> { }
        }
    }

    void l1Penalty(Op.L1Penalty o) {
        double[] code = value(o.code());
        double[] in = error(o.code());
        double[] e = make(o.l1());
        int n = o.code().width();
        for (int i = 0; i < rows * n; i++) {
            e[i / n] += tolerance.gamma(n + 1) * Math.abs(code[i]) + in[i];
        }
    }

    void l1Backward(Op.L1Backward o, double[] made) {
        double[] e = make(o.dCode());
        for (int i = 0; i < e.length; i++) {
            e[i] = u * Math.abs(made[i]);
        }
    }
}
