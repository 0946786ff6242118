package dev.fusedvae.check;

import dev.fusedvae.graph.Op;
import dev.fusedvae.plan.Step;
import dev.fusedvae.spec.OptimizerSpec;

/// The bounds of [Rounding] for the optimizers.
final class UpdateRounding {
    /// Adam flushes moments below 1e-30 and squares below 1e-36; rounding decides on which side of that a value falls.
    private static final double FLUSH_M = 1e-30;
    private static final double FLUSH_V = 1e-36;

    private UpdateRounding() {}

    /// What one element's update is given.
    ///
    /// @param gError the bound on the error of `g`
    private record Given(double w, double g, double gError, double u, Step step) {}

    static void update(Rounding rounding, double u, Op.Update o, Step step) {
        double[] w = rounding.value(o.parameter());
        double[] g = rounding.value(o.gradient());
        double[] in = rounding.error(o.gradient());
        double[] first = rounding.value(o.state().getFirst());
        double[] second = rounding.value(o.state().getLast());
        double[] wError = rounding.make(o.parameter());
        double[] firstError = rounding.make(o.state().getFirst());
        double[] secondError = o.state().size() > 1 ? rounding.make(o.state().getLast()) : firstError;
        double scale = o.clip().map(clip -> clipping(rounding, clip)).orElse(1.0);
        // the factor of clipping: partial norms rounded to memory, a root, a quotient, a product
        double scaleError = o.clip().isPresent() ? 4 * u : 0;
        for (int i = 0; i < w.length; i++) {
            double gradient = g[i] * scale;
            Given given = new Given(w[i], gradient, in[i] * scale + scaleError * Math.abs(gradient), u, step);
            switch (o.optimizer()) {
                case OptimizerSpec.Adam a -> {
                    firstError[i] = momentError(given, a.beta1(), first[i]);
                    secondError[i] = squareError(given, a.beta2(), second[i]);
                    wError[i] = adam(given, a.beta1(), a.beta2(), a.epsilon(), first[i], second[i]);
                }
                case OptimizerSpec.AdamW a -> {
                    firstError[i] = momentError(given, a.beta1(), first[i]);
                    secondError[i] = squareError(given, a.beta2(), second[i]);
                    wError[i] = adam(given, a.beta1(), a.beta2(), a.epsilon(), first[i], second[i]);
                }
                case OptimizerSpec.Sgd s -> {
                    double buffer = s.momentum() * first[i] + gradient;
                    firstError[i] = given.gError + 2 * u * (Math.abs(s.momentum() * first[i]) + Math.abs(gradient)) + u * Math.abs(buffer);
                    wError[i] = step.rate() * (firstError[i] + u * Math.abs(buffer)) + u * Math.abs(w[i] - step.rate() * buffer);
                }
            }
        }
    }

    private static double clipping(Rounding rounding, Op.Clip clip) {
        double squares = clip.norms().stream().mapToDouble(t -> rounding.value(t)[0]).sum();
        return Math.min(1, clip.norm() / (Math.sqrt(squares) + 1e-6));
    }

    /// m ← β₁m + (1−β₁)g: the constants are rounded, and each product and the sum.
    private static double momentError(Given given, double beta1, double m) {
        return (1 - beta1) * given.gError + 3 * given.u * (Math.abs(beta1 * m) + (1 - beta1) * Math.abs(given.g)) + FLUSH_M;
    }

    private static double squareError(Given given, double beta2, double v) {
        double squared = 2 * Math.abs(given.g) * given.gError + given.gError * given.gError;
        return (1 - beta2) * squared + 4 * given.u * (beta2 * v + (1 - beta2) * given.g * given.g) + FLUSH_V;
    }

    /// w ← decay·w − rate·m/(√v·r + ε). Where v is small against its own error the quotient may be anything up to
    /// |m|/ε: such bounds are wide, so a test of the update should start from moments that are not zero.
    private static double adam(Given given, double beta1, double beta2, double epsilon, double m0, double v0) {
        double m = beta1 * m0 + (1 - beta1) * given.g;
        double v = beta2 * v0 + (1 - beta2) * given.g * given.g;
        double mError = momentError(given, beta1, m0);
        double vError = squareError(given, beta2, v0);
        double root = Math.sqrt(v);
        double rootError = v > vError ? vError / root : Math.sqrt(vError);
        double correction = given.step.rsqrtBc2();
        double divisor = root * correction + epsilon;
        double divisorError = rootError * correction + 4 * given.u * divisor;
        double ratio = m / divisor;
        double ratioError = (mError + Math.abs(ratio) * divisorError) / Math.max(divisor - divisorError, epsilon * (1 - 2 * given.u));
        double rate = given.step.rateOverBc1();
        double kept = Math.abs(given.w * given.step.decay());
        return rate * ratioError + 2 * given.u * (rate * Math.abs(ratio) + kept);
    }
}
