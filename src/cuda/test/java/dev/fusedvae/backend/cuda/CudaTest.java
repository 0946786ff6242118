package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.check.Trial;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.run.CudaChoice;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Whole training steps through JCuda on the device under test, compared with the definition and the CPU path.
@Tag("simt")
class CudaTest extends DeviceTrials {
    private static final long SEED = 23;
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
            // no encoder layer, so the latent phase gathers; in an autoencoder no noise is drawn
            Trial.of(new VaeSpec(37, List.of(), 6, List.of(13), Activation.ELU, true, new Likelihood.Bernoulli(), new Objective.Vae(1, 0)), 13, 30, SEED)
                    .binarized(Binarization.THRESHOLD),
            Trial.of(new VaeSpec(13, List.of(), 66, List.of(1), Activation.SOFTPLUS, false, new Likelihood.GaussianFeature(), new Objective.Autoencoder()), 9, 14, SEED),
            Trial.of(new VaeSpec(1, List.of(1), 1, List.of(1), Activation.TANH, true, new Likelihood.GaussianScalar(), new Objective.Vae(1, 0)), 1, 5, SEED)
                    .with(new OptimizerSpec.Sgd(1e-2, 0.5)),
            // a code too wide for a row block to keep
            Trial.of(new VaeSpec(5, List.of(3), 1025, List.of(2), Activation.LEAKY_RELU, true, new Likelihood.Gaussian(1), new Objective.Vae(1, 0)), 3, 4, SEED));

    @Override
    List<Trial> trials() {
        return TRIALS;
    }

    @Test
    void noiseOrderAndBinarization_haveTheBitsOfTheCpu() {
        Trial flat = TRIALS.stream().filter(t -> t.spec().encoderHidden().isEmpty() && t.spec().features() == 37).findFirst().orElseThrow();
        for (Trial trial : List.of(TRIALS.getFirst(), TRIALS.getFirst().with(bytes(255)), TRIALS.getFirst().with(bytes(16)),
                flat.binarized(Binarization.DYNAMIC))) {
            assertBitsOfTheCpu(trial, 5, List.of("x", "eps"));
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
    void memoryCountedWithoutADevice_isWhatAPlanTakesThere() {
        KernelCatalogue kernels = KernelCatalogue.open(System.getenv(), CudaChoice.DEFAULT);
        for (Trial trial : List.of(TRIALS.getFirst(), TRIALS.get(2))) { // the second clips, so its norms count too
            for (FusionLevel level : LEVELS) {
                try (Executable loaded = cuda.load(trial.plan(cuda.fusion(level)), trial.feed())) {
                    assertEquals(loaded.arenaBytes(), kernels.arenaBytes(trial.plan(cuda.fusion(level))), trial + " at " + level);
                }
            }
        }
    }

    @Test
    void sameRunTwice_isBitIdentical() {
        assertSameTwice(TRIALS.getFirst());
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
        try (Executable one = cuda.load(trial.plan(cuda.fusion(level)), trial.feed());
             Executable many = cuda.load(trial.plan(cuda.fusion(level)), trial.feed())) {
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

    /// A plan that was made for a backend without row blocks is an error, before anything is launched.
    @Test
    void planBeyondTheBudget_isRefused() {
        Trial wide = TRIALS.getLast();
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> cuda.load(wide.plan(FusionLevel.LAYER), wide.feed()));
        assertTrue(refusal.getMessage().startsWith("latent_forward heads+decoder.0 keeps 32,800 bytes of z for a row block, and cuda can keep 32,768;"),
                refusal.getMessage());
    }
}
