package dev.fusedvae.backend.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.check.Trial;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.Prior;
import dev.fusedvae.spec.VaeSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The importance-weighted bound and both of its gradient estimators against a straight implementation of a linear model,
/// in double, written from the papers alone: it shares nothing with the engine but the noise and the parameters.
class DregTest {
    /// A power of two: 1/B is exact as a float.
    private static final int B = 4;
    private static final int D = 4;
    private static final int L = 2;
    private static final double M = 0.4;
    private static final double V = 1.7;

    private static Trial trial(int k, boolean dreg) {
        VaeSpec spec = new VaeSpec(D, List.of(), L, List.of(), Activation.IDENTITY, true, new Likelihood.Gaussian(0.6),
                new Objective.Iwae(k, dreg)).withPrior(Prior.of(M, V));
        return Trial.of(spec, B, B, 12).with(new OptimizerSpec.Sgd(0.1, 0));
    }

    private static ReferenceExecutable run(Trial trial, long step, double[] metrics) {
        Plan plan = Plan.of(trial.graph(), FusionLevel.NONE, B, Optional.of("a test reads them"));
        ReferenceExecutable executable = new ReferenceExecutable(plan, trial.feed());
        trial.start(executable);
        executable.run(step, 1, metrics);
        return executable;
    }

    private record Straight(double bound, double[] dHeadsBias, double[] dOutputBias) {}

    /// log w of one sample as a function of z and, apart from that, of the posterior's μ and log σ².
    private static double logWeight(double[] x, double[] z, double[] heads, double[][] w, double[] b) {
        double log = 0;
        for (int i = 0; i < D; i++) {
            double mean = b[i];
            for (int j = 0; j < L; j++) {
                mean += w[i][j] * z[j];
            }
            log -= 0.5 * ((x[i] - mean) * (x[i] - mean) / 0.6 + Math.log(2 * Math.PI * 0.6));
        }
        for (int j = 0; j < L; j++) {
            log -= 0.5 * ((z[j] - M) * (z[j] - M) / V + Math.log(2 * Math.PI * V));
            double off = z[j] - heads[j];
            log += 0.5 * (off * off / Math.exp(heads[L + j]) + heads[L + j] + Math.log(2 * Math.PI));
        }
        return log;
    }

    /// Gradients by central differences of log w itself, put together as Tucker et al. 2019, eq. 8 (DReG), or as the exact
    /// derivative of the bound, says.
    private static Straight straight(ReferenceExecutable e, int k, boolean dreg) {
        double[] x = e.readDouble(e.plan().graph().tensor("x"));
        double[] heads = e.readDouble(e.plan().graph().tensor("heads"));
        double[] eps = e.readDouble(e.plan().graph().tensor("eps"));
        Trial trial = trial(k, dreg);
        double[][] w = new double[D][L];
        double[] b = new double[D];
        trial.parameters().forEach((t, values) -> {
            if (t.name().equals("decoder.0.weight")) {
                for (int i = 0; i < D * L; i++) {
                    w[i / L][i % L] = values[i];
                }
            } else if (t.name().equals("decoder.0.bias")) {
                for (int i = 0; i < D; i++) {
                    b[i] = values[i];
                }
            }
        });
        double bound = 0;
        double[] dHeads = new double[2 * L];
        double[] dBias = new double[D];
        for (int n = 0; n < B; n++) {
            double[] xn = Arrays.copyOfRange(x, n * D, (n + 1) * D);
            double[] hn = Arrays.copyOfRange(heads, n * 2 * L, (n + 1) * 2 * L);
            double[][] z = new double[k][L];
            double[] log = new double[k];
            for (int s = 0; s < k; s++) {
                for (int j = 0; j < L; j++) {
                    z[s][j] = hn[j] + Math.exp(0.5 * hn[L + j]) * eps[(n * k + s) * L + j];
                }
                log[s] = logWeight(xn, z[s], hn, w, b);
            }
            double total = Arrays.stream(log).map(Math::exp).sum();
            bound += Math.log(total / k);
            for (int s = 0; s < k; s++) {
                double share = Math.exp(log[s]) / total;
                double factor = dreg ? share * share : share;
                for (int j = 0; j < L; j++) {
                    double byZ = slope(xn, z[s], hn, w, b, z[s], j);
                    double sigma = Math.exp(0.5 * hn[L + j]);
                    dHeads[j] -= factor * byZ / B;
                    dHeads[L + j] -= factor * byZ * 0.5 * sigma * eps[(n * k + s) * L + j] / B;
                    if (!dreg) { // the score terms that DReG does away with
                        dHeads[j] -= factor * slope(xn, z[s], hn, w, b, hn, j) / B;
                        dHeads[L + j] -= factor * slope(xn, z[s], hn, w, b, hn, L + j) / B;
                    }
                }
                for (int i = 0; i < D; i++) {
                    dBias[i] -= share * slope(xn, z[s], hn, w, b, b, i) / B;
                }
            }
        }
        return new Straight(bound, dHeads, dBias);
    }

    /// ∂ log w / ∂ of element `i` of `moved`, one of the arguments, the others held.
    private static double slope(double[] x, double[] z, double[] heads, double[][] w, double[] b, double[] moved, int i) {
        double at = moved[i];
        double h = 1e-5;
        moved[i] = at + h;
        double above = logWeight(x, z, heads, w, b);
        moved[i] = at - h;
        double below = logWeight(x, z, heads, w, b);
        moved[i] = at;
        return (above - below) / (2 * h);
    }

    private static double[] gradient(ReferenceExecutable e, String parameter) {
        return e.readDouble(e.plan().graph().tensor(parameter).companion("d", Tensor.Role.GRADIENT));
    }

    @Test
    void boundAndGradients_areThoseOfThePapers() {
        for (int k : new int[] {1, 2, 7}) {
            for (boolean dreg : new boolean[] {false, true}) {
                double[] metrics = new double[2];
                try (ReferenceExecutable e = run(trial(k, dreg), 0, metrics)) {
                    Straight expected = straight(e, k, dreg);
                    String what = "k = " + k + ", dreg " + dreg;
                    assertEquals(expected.bound, metrics[0], 1e-9, what);
                    assertArrayEquals(expected.dHeadsBias, gradient(e, "heads.bias"), 1e-8, what);
                    assertArrayEquals(expected.dOutputBias, gradient(e, "decoder.0.bias"), 1e-8, what);
                }
            }
        }
    }

    /// Both estimators have one mean, and DReG's is the less noisy: that is what it is for.
    @Test
    void dreg_hasTheMeanOfThePlainGradientAndLessVariance() {
        int steps = 4000;
        double[][] moments = new double[2][2];
        for (int which = 0; which < 2; which++) {
            Trial trial = trial(8, which == 1);
            Plan plan = Plan.of(trial.graph(), FusionLevel.NONE, B, Optional.of("a test reads them"));
            try (ReferenceExecutable e = new ReferenceExecutable(plan, trial.feed())) {
                for (int step = 0; step < steps; step++) {
                    trial.start(e);
                    e.run(step, 1, new double[2]);
                    double g = gradient(e, "heads.bias")[0];
                    moments[which][0] += g / steps;
                    moments[which][1] += g * g / steps;
                }
            }
        }
        double[] variance = {moments[0][1] - moments[0][0] * moments[0][0], moments[1][1] - moments[1][0] * moments[1][0]};
        double error = Math.sqrt((variance[0] + variance[1]) / steps);
        assertEquals(moments[0][0], moments[1][0], 4 * error, "standard error " + error);
        assertTrue(variance[1] < variance[0], "variance " + variance[1] + " of DReG, plain " + variance[0]);
    }
}
