package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.check.Tolerance;
import dev.fusedvae.check.Trial;
import dev.fusedvae.check.Verifier;
import dev.fusedvae.fuse.FusionLevel;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Whole training steps through JCuda, on the device under test, against the definition and the CPU path.
@Tag("simt")
class CudaTest {
    private static final long SEED = 23;
    private static final List<FusionLevel> LEVELS = List.of(FusionLevel.values());
    private static final VaeSpec SMALL = VaeSpec.of(33, List.of(21, 10), 5).withActivation(Activation.TANH);

    static final List<Trial> TRIALS = List.of(
            Trial.of(SMALL, 8, 20, SEED).binarized(Binarization.DYNAMIC),
            Trial.of(SMALL.withLikelihood(new Likelihood.GaussianFeature()).withActivation(Activation.SILU), 5, 13, SEED),
            Trial.of(SMALL.withLikelihood(new Likelihood.GaussianScalar()).withBias(false), 6, 12, SEED).clipped(0.05),
            Trial.of(SMALL.withLikelihood(new Likelihood.Gaussian(0.5)), 7, 9, SEED).clipped(0.1).with(new OptimizerSpec.AdamW(1e-3, 0.9, 0.99, 1e-8, 0.1)),
            Trial.of(VaeSpec.of(13, List.of(), 2), 4, 10, SEED).with(new OptimizerSpec.Sgd(1e-2, 0.9)),
            Trial.of(new VaeSpec(9, List.of(8), 3, List.of(), Activation.RELU, true, new Likelihood.Gaussian(1), new Objective.Autoencoder()), 3, 7, SEED),
            // tiles and slices and one more or less: 64 and 65 columns, 33 and 129 deep, 9 row blocks
            Trial.of(new VaeSpec(129, List.of(65), 33, List.of(64), Activation.GELU, true, new Likelihood.Bernoulli(), new Objective.Vae(2, 0)), 65, 207, SEED)
                    .binarized(Binarization.DYNAMIC),
            // no encoder layer: the latent phase gathers; nothing is drawn for a code
            Trial.of(new VaeSpec(37, List.of(), 6, List.of(13), Activation.ELU, true, new Likelihood.Bernoulli(), new Objective.Vae(1, 0)), 13, 30, SEED)
                    .binarized(Binarization.THRESHOLD),
            Trial.of(new VaeSpec(13, List.of(), 66, List.of(1), Activation.SOFTPLUS, false, new Likelihood.GaussianFeature(), new Objective.Autoencoder()), 9, 14, SEED),
            Trial.of(new VaeSpec(1, List.of(1), 1, List.of(1), Activation.TANH, true, new Likelihood.GaussianScalar(), new Objective.Vae(1, 0)), 1, 5, SEED)
                    .with(new OptimizerSpec.Sgd(1e-2, 0.5)),
            // a code too wide for a row block to keep
            Trial.of(new VaeSpec(5, List.of(3), 1025, List.of(2), Activation.LEAKY_RELU, true, new Likelihood.Gaussian(1), new Objective.Vae(1, 0)), 3, 4, SEED));

    private static CudaBackend cuda;

    @BeforeAll
    static void open() {
        cuda = DeviceUnderTest.open();
    }

    @AfterAll
    static void close() {
        if (cuda != null) { // null where the machine cannot build the device
            assertEquals(0, cuda.allocatedBytes(), "device memory that no executable gave back");
            cuda.close();
        }
    }

    @Test
    void everyCallOfAStep_computesItsDefinition() {
        for (Trial trial : TRIALS) {
            for (FusionLevel level : LEVELS) {
                Plan plan = Verifier.watched(trial.plan(level));
                try (Executable executable = cuda.load(plan, trial.feed())) {
                    Verifier.Report report = Verifier.step(executable, trial.feed(), 1, trial.inputs(), Tolerance.FP32);
                    assertTrue(report.values() > 0 && report.findings().isEmpty(), () -> trial.spec() + " " + level + ": " + report.findings());
                }
            }
        }
    }

    @Test
    void losses_ofTenStepsAreThoseOfTheCpu() {
        for (Trial trial : TRIALS) {
            double[] expected = losses(new CpuBackend(1), trial, FusionLevel.NONE);
            for (FusionLevel level : LEVELS) {
                double[] actual = losses(cuda, trial, level);
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(expected[i], actual[i], 1e-4 * Math.abs(expected[i]), trial.spec() + " " + level + " value " + i);
                }
            }
        }
    }

    private static double[] losses(Backend backend, Trial trial, FusionLevel level) {
        try (Executable executable = backend.load(trial.plan(level), trial.feed())) {
            trial.start(executable);
            return Trial.run(executable, 10);
        }
    }

    @Test
    void noiseOrderAndBinarization_haveTheBitsOfTheCpu() {
        Trial flat = TRIALS.stream().filter(t -> t.spec().encoderHidden().isEmpty() && t.spec().features() == 37).findFirst().orElseThrow();
        for (Trial trial : List.of(TRIALS.getFirst(), TRIALS.getFirst().with(bytes(255)), TRIALS.getFirst().with(bytes(16)),
                flat.binarized(Binarization.DYNAMIC))) {
            for (FusionLevel level : LEVELS) {
                Plan plan = Verifier.watched(trial.plan(level));
                try (Executable here = cuda.load(plan, trial.feed()); Executable there = new CpuBackend(1).load(plan, trial.feed())) {
                    for (Executable e : List.of(here, there)) {
                        trial.start(e);
                        e.run(0, 5, new double[0]);
                    }
                    for (String slot : List.of("x", "eps")) {
                        Tensor t = plan.graph().tensor(slot);
                        assertArrayEquals(there.read(t), here.read(t), level + " " + slot);
                    }
                }
            }
        }
    }

    private static Examples bytes(int fullScale) {
        byte[] values = new byte[20 * SMALL.features()];
        new Random(SEED).nextBytes(values);
        float[] table = new float[256];
        for (int v = 0; v < 256; v++) {
            values[v % values.length] = (byte) (v % (fullScale + 1));
            table[v] = Math.min(1, v / (float) fullScale);
        }
        return new Examples.Bytes(values, SMALL.features(), table, fullScale, new float[0]);
    }

    @Test
    void sameRunTwice_isBitIdentical() {
        for (FusionLevel level : LEVELS) {
            assertArrayEquals(losses(cuda, TRIALS.getFirst(), level), losses(cuda, TRIALS.getFirst(), level));
        }
    }

    @Test
    void runInPieces_isTheRunInOne() {
        for (FusionLevel level : LEVELS) {
            runInPieces(TRIALS.get(1), level);
        }
    }

    private static void runInPieces(Trial trial, FusionLevel level) {
        double[] whole = new double[2 * 70];
        double[] piece = new double[2];
        try (Executable one = cuda.load(trial.plan(level), trial.feed());
             Executable many = cuda.load(trial.plan(level), trial.feed())) {
            trial.start(one);
            trial.start(many);
            one.run(0, 70, whole); // more than the step table holds
            for (int i = 0; i < 70; i++) {
                many.run(i, 1, piece);
                assertEquals(whole[2 * i], piece[0], "step " + i);
                assertEquals(whole[2 * i + 1], piece[1], "step " + i);
            }
        }
    }

    @Test
    void poisonedParameter_isNamedByTheCheckedRun() {
        Trial trial = TRIALS.getFirst();
        try (Executable executable = cuda.load(trial.plan(FusionLevel.NONE), trial.feed())) {
            trial.start(executable);
            assertTrue(executable.runChecked(0).isEmpty());
            Tensor w = executable.plan().graph().tensor("heads.weight");
            float[] values = executable.read(w);
            values[3] = Float.NaN;
            executable.write(w, values);
            assertEquals("linear heads wrote heads.linear[B, 2x5]", executable.runChecked(1).orElseThrow());
        }
    }
}
