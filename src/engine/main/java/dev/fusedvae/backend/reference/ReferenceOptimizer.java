package dev.fusedvae.backend.reference;

import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Step;
import dev.fusedvae.spec.OptimizerSpec;
import java.util.Map;

/// One parameter's optimizer step.
final class ReferenceOptimizer {
    private static final double FLUSH_M = 1e-30;
    private static final double FLUSH_V = 1e-36;

    private ReferenceOptimizer() {}

    static void update(Op.Update o, Map<Tensor, double[]> values, Step step) {
        double scale = o.clip().map(clip -> {
            double squares = clip.norms().stream().mapToDouble(t -> values.get(t)[0]).sum();
            return Math.min(1, clip.norm() / (Math.sqrt(squares) + 1e-6));
        }).orElse(1.0);
        double[] w = values.get(o.parameter());
        double[] g = values.get(o.gradient());
        double[] first = values.get(o.state().getFirst());
        for (int i = 0; i < w.length; i++) {
            double gradient = g[i] * scale;
            switch (o.optimizer()) {
                case OptimizerSpec.Adam a ->
                        adam(a.beta1(), a.beta2(), a.epsilon(), w, first, values.get(o.state().get(1)), i, gradient, step);
                case OptimizerSpec.AdamW a -> {
                    w[i] *= step.decay();
                    adam(a.beta1(), a.beta2(), a.epsilon(), w, first, values.get(o.state().get(1)), i, gradient, step);
                }
                case OptimizerSpec.Sgd s -> {
                    first[i] = s.momentum() * first[i] + gradient;
                    w[i] -= step.rate() * first[i];
                }
            }
        }
    }

    private static void adam(double beta1, double beta2, double epsilon,
                             double[] w, double[] m, double[] v, int i, double gradient, Step step) {
        m[i] = flush(beta1 * m[i] + (1 - beta1) * gradient, FLUSH_M);
        v[i] = flush(beta2 * v[i] + (1 - beta2) * gradient * gradient, FLUSH_V);
        w[i] -= step.rateOverBc1() * m[i] / (Math.sqrt(v[i]) * step.rsqrtBc2() + epsilon);
    }

    private static double flush(double value, double limit) {
        return Math.abs(value) < limit ? 0 : value;
    }
}
