package dev.fusedvae.backend.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.check.Trial;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.Step;
import dev.fusedvae.spec.FusionLevel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// Compares the gradients of one step with central differences of its loss, −(Σ ll − β Σ kl)/rows; with free bits λ the
/// KL term of latent j is max(λ, mean KL_j). Where the objective has a kink of its own, at a code of 0 (L1) or a mean KL of
/// λ, the same rule applies as for activations.
///
/// Batch and noise are functions of the step, so the same step is run again with parameters moved by ±h; a run also
/// updates the parameters, so all are set before every run. Where a pre-activation changes its sign between the two
/// points, a kink may lie between them and the comparison is skipped; few may be.
final class FiniteDifferences implements AutoCloseable {
    private static final double H = 1e-5;
    /// Truncation is h²·f‴/6 and cancellation ε·f/h, both near 1e-10 at this h; curvature varies, hence the room.
    private static final double RELATIVE = 1e-6;
    private static final int COORDINATES = 12;

    private final ReferenceExecutable executable;
    private final long index;
    private final Step step = new Step();
    private final Map<Tensor, double[]> start = new HashMap<>();
    private final List<Tensor> preActivations = new ArrayList<>();
    private int compared;
    private int skipped;

    FiniteDifferences(Trial trial) {
        this(trial, 0);
    }

    FiniteDifferences(Trial trial, long index) {
        this.index = index;
        Plan plan = Plan.of(trial.graph(), FusionLevel.NONE, trial.train().batchSize(), Optional.of("test"));
        executable = new ReferenceExecutable(plan, trial.feed());
        trial.feed().fill(index, step);
        trial.start(executable);
        graph().tensors(Tensor.Role.PARAMETER).forEach(t -> start.put(t, executable.readDouble(t)));
        graph().ops().stream().filter(Op.Activate.class::isInstance).forEach(op -> preActivations.add(((Op.Activate) op).a()));
        graph().ops().stream().filter(Op.L1Penalty.class::isInstance).forEach(op -> preActivations.add(((Op.L1Penalty) op).code()));
    }

    Graph graph() {
        return executable.plan().graph();
    }

    void set(Tensor parameter, int i, double value) {
        start.get(parameter)[i] = value;
    }

    /// The gradient that the backward pass gives at the start.
    double[] gradient(Tensor parameter) {
        loss();
        return executable.readDouble(parameter.companion("d", Tensor.Role.GRADIENT));
    }

    /// Every parameter in one random direction, and some of its elements alone.
    void check(Random random) {
        assertTrue(holds(random), skipped + " comparisons fell on kinks and only " + compared + " did not");
    }

    /// Compares as [#check] does; false where too many comparisons fell on kinks to say anything.
    boolean holds(Random random) {
        for (Tensor parameter : graph().tensors(Tensor.Role.PARAMETER)) {
            double[] gradient = gradient(parameter);
            double size = Math.sqrt(dot(gradient, gradient));
            double[] direction = random.doubles(gradient.length, -1, 1).toArray();
            compare(parameter, direction, dot(gradient, direction), size);
            for (int n = 0; n < Math.min(COORDINATES, gradient.length); n++) {
                int i = gradient.length <= COORDINATES ? n : random.nextInt(gradient.length);
                double[] unit = new double[gradient.length];
                unit[i] = 1;
                compare(parameter, unit, gradient[i], size);
            }
        }
        return compared >= 20 * skipped;
    }

    private void compare(Tensor parameter, double[] direction, double expected, double size) {
        double[] at = start.get(parameter);
        start.put(parameter, moved(at, direction, H));
        double above = loss();
        List<double[]> right = preActivations();
        start.put(parameter, moved(at, direction, -H));
        double below = loss();
        boolean smooth = sameSigns(right, preActivations());
        start.put(parameter, at);
        if (!smooth) {
            skipped++;
            return;
        }
        compared++;
        double cancellation = 1e-15 * Math.abs(above) / H;
        assertEquals((above - below) / (2 * H), expected, RELATIVE * (Math.abs(expected) + size) + cancellation + 1e-9,
                () -> parameter + " of " + graph().spec());
    }

    /// The loss of the step from the start; its weights on KL and rows are the floats that every backend uses.
    private double loss() {
        start.forEach(executable::writeDouble);
        double[] metrics = new double[2];
        executable.run(index, 1, metrics);
        return -metrics[0] * step.invRows() + step.beta() * freeBits().orElse(metrics[1] * step.invRows());
    }

    /// Σ_j max(λ, mean KL_j), where latents have free bits.
    private Optional<Double> freeBits() {
        return graph().ops().stream().filter(Op.KlBackward.class::isInstance).map(op -> ((Op.KlBackward) op).freeBits()).flatMap(Optional::stream)
                .findFirst().map(free -> Arrays.stream(executable.readDouble(free.klMeans())).map(kl -> Math.max(free.nats(), kl)).sum());
    }

    private List<double[]> preActivations() {
        return preActivations.stream().map(executable::readDouble).toList();
    }

    private static boolean sameSigns(List<double[]> a, List<double[]> b) {
        for (int t = 0; t < a.size(); t++) {
            for (int i = 0; i < a.get(t).length; i++) {
                if (Math.signum(a.get(t)[i]) != Math.signum(b.get(t)[i])) {
                    return false;
                }
            }
        }
        return true;
    }

    private static double[] moved(double[] from, double[] direction, double by) {
        double[] to = from.clone();
        for (int i = 0; i < to.length; i++) {
            to[i] += by * direction[i];
        }
        return to;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @Override
    public void close() {
        executable.close();
    }
}
