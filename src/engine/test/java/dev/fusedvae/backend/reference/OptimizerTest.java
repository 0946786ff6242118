package dev.fusedvae.backend.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.check.Trial;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.Initialization;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.Schedule;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/// Updates against the formulas of the papers, written out here once more, over several steps.
class OptimizerTest {
    private static final int STEPS = 12;
    /// Rates, bias corrections and the factor of decay reach every backend as floats.
    private static final double FLOAT = 0x1p-22;

    /// One parameter as a paper would move it.
    private interface Rule {
        /// @param t the step, from 1
        double[] move(double[] w, double[] g, int t, double rate);
    }

    private static Trial trial(OptimizerSpec optimizer, OptionalDouble clip, Schedule schedule) {
        VaeSpec spec = VaeSpec.of(6, List.of(5), 2).withActivation(Activation.TANH);
        TrainSpec train = new TrainSpec(4, 3, 9, optimizer, schedule, clip, Binarization.NONE, Initialization.UNIFORM);
        return new Trial(spec, train, Trial.of(spec, 4, 18, 9).examples());
    }

    /// Runs step by step and compares every parameter after every step with its rule, given the gradients of the step.
    private static void follow(Trial trial, Supplier<Rule> rules) {
        Plan plan = Plan.of(trial.graph(), FusionLevel.NONE, 4, Optional.of("test"));
        ReferenceExecutable executable = new ReferenceExecutable(plan, trial.feed());
        trial.start(executable);
        Map<Tensor, Rule> ruleOf = new LinkedHashMap<>();
        plan.graph().tensors(Tensor.Role.PARAMETER).forEach(t -> ruleOf.put(t, rules.get()));
        int perEpoch = trial.feed().table().stepsPerEpoch();
        for (int i = 0; i < STEPS; i++) {
            Map<Tensor, double[]> before = new LinkedHashMap<>();
            ruleOf.keySet().forEach(t -> before.put(t, executable.readDouble(t)));
            executable.run(i, 1, new double[0]);
            double rate = trial.train().optimizer().learningRate() * trial.train().schedule().factor((double) i / perEpoch);
            double clip = clipping(executable, ruleOf.keySet(), trial.train().clipNorm());
            for (Tensor t : ruleOf.keySet()) {
                double[] g = executable.readDouble(t.companion("d", Tensor.Role.GRADIENT));
                for (int j = 0; j < g.length; j++) {
                    g[j] *= clip;
                }
                double[] expected = ruleOf.get(t).move(before.get(t), g, i + 1, rate);
                double[] actual = executable.readDouble(t);
                double moved = 0;
                for (int j = 0; j < g.length; j++) {
                    double by = Math.abs(expected[j] - before.get(t)[j]);
                    double decayed = trial.train().optimizer() instanceof OptimizerSpec.AdamW ? Math.abs(expected[j]) : 0;
                    assertEquals(expected[j], actual[j], FLOAT * (by + rate + decayed), t + " element " + j + " step " + i);
                    moved += by;
                }
                assertTrue(moved > 0, t + " did not move at step " + i);
            }
        }
    }

    /// min(1, c/(‖g‖ + 1e-6)) over all parameters at once: `torch.nn.utils.clip_grad_norm_`.
    private static double clipping(ReferenceExecutable executable, Iterable<Tensor> parameters, OptionalDouble bound) {
        if (bound.isEmpty()) {
            return 1;
        }
        double squares = 0;
        for (Tensor t : parameters) {
            for (double g : executable.readDouble(t.companion("d", Tensor.Role.GRADIENT))) {
                squares += g * g;
            }
        }
        return Math.min(1, bound.getAsDouble() / (Math.sqrt(squares) + 1e-6));
    }

    /// Kingma & Ba 2015, algorithm 1, with the decoupled decay of Loshchilov & Hutter 2019, algorithm 2.
    private static Rule adam(double beta1, double beta2, double epsilon, double decay) {
        return new Rule() {
            private double[] m = new double[0];
            private double[] v = new double[0];

            @Override
            public double[] move(double[] w, double[] g, int t, double rate) {
                if (t == 1) {
                    m = new double[w.length];
                    v = new double[w.length];
                }
                double[] next = new double[w.length];
                for (int i = 0; i < w.length; i++) {
                    m[i] = beta1 * m[i] + (1 - beta1) * g[i];
                    v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
                    double mHat = m[i] / (1 - Math.pow(beta1, t));
                    double vHat = v[i] / (1 - Math.pow(beta2, t));
                    next[i] = w[i] - rate * decay * w[i] - rate * mHat / (Math.sqrt(vHat) + epsilon);
                }
                return next;
            }
        };
    }

    /// `torch.optim.SGD`: the momentum buffer starts as the gradient.
    private static Rule sgd(double momentum) {
        return new Rule() {
            private double[] buffer = new double[0];

            @Override
            public double[] move(double[] w, double[] g, int t, double rate) {
                buffer = t == 1 ? new double[w.length] : buffer;
                double[] next = new double[w.length];
                for (int i = 0; i < w.length; i++) {
                    buffer[i] = t == 1 ? g[i] : momentum * buffer[i] + g[i];
                    next[i] = w[i] - rate * buffer[i];
                }
                return next;
            }
        };
    }

    @Test
    void adam_isThatOfThePaper() {
        follow(trial(new OptimizerSpec.Adam(1e-2), OptionalDouble.empty(), new Schedule.Constant()),
                () -> adam(0.9, 0.999, 1e-8, 0));
        follow(trial(new OptimizerSpec.Adam(1e-2, 0.5, 0.9, 1e-3), OptionalDouble.empty(), new Schedule.Constant()),
                () -> adam(0.5, 0.9, 1e-3, 0));
    }

    @Test
    void adamW_decaysWeightsApartFromTheGradient() {
        follow(trial(new OptimizerSpec.AdamW(1e-2, 0.9, 0.99, 1e-8, 0.3), OptionalDouble.empty(), new Schedule.Constant()),
                () -> adam(0.9, 0.99, 1e-8, 0.3));
    }

    @Test
    void sgd_keepsAMomentumOfRawGradients() {
        follow(trial(new OptimizerSpec.Sgd(1e-2, 0.9), OptionalDouble.empty(), new Schedule.Constant()), () -> sgd(0.9));
        follow(trial(new OptimizerSpec.Sgd(1e-2, 0), OptionalDouble.empty(), new Schedule.Constant()), () -> sgd(0));
    }

    @Test
    void clipping_scalesAllGradientsByOneFactor() {
        follow(trial(new OptimizerSpec.Sgd(1e-2, 0.9), OptionalDouble.of(0.05), new Schedule.Constant()), () -> sgd(0.9));
        follow(trial(new OptimizerSpec.Adam(1e-2), OptionalDouble.of(0.05), new Schedule.Constant()), () -> adam(0.9, 0.999, 1e-8, 0));
        follow(trial(new OptimizerSpec.Sgd(1e-2, 0), OptionalDouble.of(1e9), new Schedule.Constant()), () -> sgd(0));
    }

    @Test
    void schedules_actOnTheRateOfTheirEpoch() {
        follow(trial(new OptimizerSpec.Adam(1e-2), OptionalDouble.empty(), new Schedule.Piecewise(List.of(1.0, 2.0), List.of(0.5, 0.1))),
                () -> adam(0.9, 0.999, 1e-8, 0));
        follow(trial(new OptimizerSpec.Sgd(1e-2, 0.9), OptionalDouble.empty(), new Schedule.Cosine(3, 0.1)), () -> sgd(0.9));
    }
}
