package dev.fusedvae.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.reference.ReferenceBackend;
import dev.fusedvae.backend.reference.ReferenceExecutable;
import dev.fusedvae.check.Tolerance;
import dev.fusedvae.check.Trial;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Corruption;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.Prior;
import dev.fusedvae.spec.VaeSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The three levels of the CPU path, the reference, and each other: whole steps and whole runs.
class LevelsTest {
    private static final long SEED = 17;
    private static final VaeSpec TANH = VaeSpec.of(207, List.of(70, 33), 13).withActivation(Activation.TANH);

    private static final List<Trial> TRIALS = List.of(
            Trial.of(TANH, 26, 65, SEED),
            Trial.of(TANH.withLikelihood(new Likelihood.GaussianFeature()).withActivation(Activation.SILU), 13, 40, SEED),
            Trial.of(TANH.withLikelihood(new Likelihood.GaussianScalar()).withBias(false), 64, 130, SEED),
            Trial.of(VaeSpec.of(40, List.of(), 7), 20, 50, SEED),
            Trial.of(TANH.withObjective(new Objective.Iwae(5, true)).withLikelihood(new Likelihood.GaussianVector()), 12, 40, SEED),
            Trial.of(TANH.withObjective(new Objective.Iwae(50, false)).withPrior(Prior.of(0.2, 0.7)), 20, 50, SEED),
            Trial.of(TANH.withObjective(new Objective.Vae(1, 0, 0.2, 3)).withLikelihood(new Likelihood.ContinuousBernoulli()), 13, 40, SEED),
            Trial.of(TANH.withObjective(new Objective.Sparse(0.2)).withCorruption(new Corruption.Masking(0.3)), 26, 65, SEED),
            Trial.of(VaeSpec.of(784, List.of(400), 20), 16, 50, SEED));

    private static Plan keeping(Trial trial, FusionLevel level) {
        return Plan.of(trial.graph(), level, trial.train().batchSize(), Optional.of("a test reads them"));
    }

    private static List<Tensor> gradients(Plan plan) {
        return plan.graph().tensors(Tensor.Role.GRADIENT);
    }

    @Test
    void gradients_ofTheFirstStepAreAsCloseAtEveryLevelAsAtNone() {
        try (CpuBackend backend = new CpuBackend(2)) {
            for (Trial trial : TRIALS) {
                ReferenceExecutable reference = new ReferenceBackend().load(keeping(trial, FusionLevel.NONE), trial.feed());
                trial.start(reference);
                Trial.run(reference, 1);
                double[] exact = gradients(reference.plan()).stream().flatMapToDouble(t -> Arrays.stream(reference.readDouble(t))).toArray();
                double naive = 0;
                for (FusionLevel level : FusionLevel.values()) {
                    CpuExecutable executable = backend.load(keeping(trial, level), trial.feed());
                    trial.start(executable);
                    Trial.run(executable, 1);
                    double error = Tolerance.relativeError(concatenated(executable, exact.length), exact);
                    naive = level == FusionLevel.NONE ? error : naive;
                    assertTrue(naive > 0 && error <= Tolerance.FP32.allowed(naive), trial.spec() + " " + level + ": " + error + ", NONE " + naive);
                }
            }
        }
    }

    private static float[] concatenated(Executable executable, int length) {
        float[] all = new float[length];
        int at = 0;
        for (Tensor t : gradients(executable.plan())) {
            float[] g = executable.read(t);
            System.arraycopy(g, 0, all, at, g.length);
            at += g.length;
        }
        return all;
    }

    @Test
    void losses_ofTenStepsAreThoseOfTheReference() {
        try (CpuBackend backend = new CpuBackend(2)) {
            for (Trial trial : TRIALS) {
                Executable reference = new ReferenceBackend().load(trial.plan(FusionLevel.NONE), trial.feed());
                trial.start(reference);
                double[] expected = Trial.run(reference, 10);
                for (FusionLevel level : FusionLevel.values()) {
                    Executable executable = backend.load(trial.plan(level), trial.feed());
                    trial.start(executable);
                    double[] actual = Trial.run(executable, 10);
                    for (int i = 0; i < 10; i++) {
                        double loss = expected[2 * i + 1] - expected[2 * i];
                        assertTrue(loss != 0);
                        assertEquals(loss, actual[2 * i + 1] - actual[2 * i], 1e-4 * Math.abs(loss), trial.spec() + " " + level + " step " + i);
                        assertEquals(expected[2 * i + 1], actual[2 * i + 1], 1e-4 * Math.abs(expected[2 * i + 1]), "KL of step " + i);
                    }
                }
            }
        }
    }

    /// With small integers, a batch that is a power of two and a variance of one, no product or sum of a step rounds.
    @Test
    void smallIntegers_giveTheBitsOfTheReference() {
        try (CpuBackend backend = new CpuBackend(2)) {
            for (int[] s : new int[][] {{1, 13, 2, 12, 2}, {13, 207, 13, 33, 4}, {207, 13, 1, 207, 32}, {31, 32, 33, 31, 16}, {33, 65, 32, 63, 64}, {64, 31, 12, 95, 8}}) {
                VaeSpec spec = new VaeSpec(s[0], List.of(s[1]), s[2], List.of(s[3]), s[0] < 2 ? Activation.IDENTITY : Activation.RELU,
                        true, new Likelihood.Gaussian(1), new Objective.Autoencoder());
                Trial trial = Trial.of(spec, s[4], 2 * s[4], SEED).with(new OptimizerSpec.Sgd(1, 0)).with(integers(spec, 2 * s[4]));
                Map<Tensor, float[]> expected = trained(new ReferenceBackend().load(keeping(trial, FusionLevel.NONE), trial.feed()), s[4]);
                for (FusionLevel level : FusionLevel.values()) {
                    for (Plan plan : List.of(keeping(trial, level), trial.plan(level))) {
                        trained(backend.load(plan, trial.feed()), s[4]).forEach((t, values) ->
                                assertArrayEquals(expected.get(t), values, level + ": " + t + " of " + spec));
                    }
                }
            }
        }
    }

    private static Examples integers(VaeSpec spec, int count) {
        return new Examples.Floats(integers(new Random(SEED), count * spec.features(), 1), spec.features());
    }

    private static float[] integers(Random random, int count, int sparsity) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextInt(sparsity) > 0 ? 0 : random.nextBoolean() ? 1 : -1;
        }
        return values;
    }

    /// Parameters and, where the plan keeps them, gradients after one step from integers; all of them checked to be exact.
    private static Map<Tensor, float[]> trained(Executable executable, int batch) {
        Random random = new Random(SEED);
        List<Tensor> parameters = executable.plan().graph().tensors(Tensor.Role.PARAMETER);
        parameters.forEach(t -> executable.write(t, integers(random, Math.toIntExact(t.elements(1)), t.rows() == 1 ? 1 : 1 + t.columns() / 5)));
        executable.run(0, 1, new double[0]);
        Map<Tensor, float[]> after = new HashMap<>();
        List<Tensor> watched = new ArrayList<>(parameters);
        watched.addAll(gradients(executable.plan()).stream().filter(executable.plan().slots()::contains).toList());
        for (Tensor t : watched) {
            float[] values = executable.read(t);
            float norm = 0;
            for (float v : values) {
                norm += Math.abs(v);
                assertTrue(Math.abs(v) * batch < 1 << 23 && v * batch == Math.rint(v * batch), t + " holds " + v + ": not exact");
            }
            assertTrue(norm > 0 || t.role() == Tensor.Role.PARAMETER, t + " is all zeros");
            after.put(t, values);
        }
        return after;
    }
}
