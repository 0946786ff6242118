package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.check.Trial;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.Corruption;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.Prior;
import dev.fusedvae.spec.VaeSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// All objectives, likelihoods, priors and corruptions on the device under test, compared with the definition and the CPU path.
@Tag("simt")
class CudaFamilyTest extends DeviceTrials {
    private static final long SEED = 29;
    private static final VaeSpec SMALL = VaeSpec.of(33, List.of(21), 5).withActivation(Activation.TANH);
    private static final Prior PRIOR = new Prior(List.of(0.5), List.of(0.5, 0.75, 1.0, 1.5, 2.0));
    private static final VaeSpec FLAT = new VaeSpec(37, List.of(), 6, List.of(13), Activation.ELU, true, new Likelihood.Bernoulli(), new Objective.Vae(1, 0));

    private static final Trial IWAE = Trial.of(SMALL.withObjective(new Objective.Iwae(4, false)), 6, 13, SEED);
    private static final Trial NOISY = Trial.of(SMALL.withObjective(new Objective.Autoencoder()).withCorruption(new Corruption.Gaussian(0.3)), 8, 20, SEED)
            .binarized(Binarization.DYNAMIC);

    private static final List<Trial> TRIALS = List.of(IWAE, NOISY,
            Trial.of(SMALL.withObjective(new Objective.Vae(1.5, 0).withSamples(3)), 7, 12, SEED),
            Trial.of(SMALL.withObjective(new Objective.Vae(0.5, 0, 0.3, 1)).withPrior(PRIOR), 5, 13, SEED).clipped(0.05),
            Trial.of(SMALL.withObjective(new Objective.Vae(1.5, 0, 0.05, 2)).withLikelihood(new Likelihood.ContinuousBernoulli()), 6, 9, SEED),
            Trial.of(SMALL.withObjective(new Objective.Sparse(0.3)).withCorruption(new Corruption.Masking(0.4)), 8, 20, SEED),
            Trial.of(SMALL.withObjective(new Objective.Iwae(5, true)).withPrior(PRIOR).withLikelihood(new Likelihood.GaussianVector()), 4, 10, SEED),
            Trial.of(SMALL.withObjective(new Objective.Iwae(3, false)).withLikelihood(new Likelihood.GaussianScalar()).withBias(false), 5, 11, SEED).clipped(0.1),
            Trial.of(SMALL.withLikelihood(new Likelihood.GaussianVector()).withObjective(new Objective.Vae(1, 0)), 6, 13, SEED).with(new OptimizerSpec.Sgd(1e-2, 0.5)),
            Trial.of(SMALL.withLikelihood(new Likelihood.ContinuousBernoulli()), 6, 13, SEED),
            // no hidden layers: the latent phase gathers, corrupts and draws all samples; the output layer reads z
            Trial.of(FLAT.withObjective(new Objective.Iwae(6, true)).withCorruption(new Corruption.Gaussian(0.3)), 13, 30, SEED).binarized(Binarization.THRESHOLD),
            Trial.of(FLAT.withObjective(new Objective.Sparse(0.1)).withCorruption(new Corruption.Masking(0.5)), 9, 30, SEED),
            Trial.of(VaeSpec.of(13, List.of(), 2).withObjective(new Objective.Iwae(2, false)), 4, 10, SEED),
            // tiles and one more: 65 columns, 33 latents, 9 row blocks
            Trial.of(new VaeSpec(65, List.of(65), 33, List.of(64), Activation.GELU, true, new Likelihood.Bernoulli(), new Objective.Iwae(3, true)), 65, 99, SEED),
            Trial.of(new VaeSpec(65, List.of(33), 66, List.of(33), Activation.RELU, true, new Likelihood.Gaussian(1), new Objective.Sparse(0.2)), 17, 40, SEED));

    @Override
    List<Trial> trials() {
        return TRIALS;
    }

    @Test
    void noiseAndCorruption_haveTheBitsOfTheCpu() {
        // x and masked x are exact; x + σn is one fma
        for (Trial trial : TRIALS) {
            List<String> slots = trial.graph().tensors().stream().map(Tensor::name).filter(List.of("x", "x.corrupted", "eps")::contains).toList();
            assertBitsOfTheCpu(trial, 1, slots);
        }
    }

    @Test
    void sameRunTwice_isBitIdentical() {
        List.of(IWAE, NOISY).forEach(DeviceTrials::assertSameTwice);
    }

    /// Samples that are computed in chunks have the same noise as if they were computed at once.
    @Test
    void importanceSampling_isThatOfTheCpu_chunkByChunk() {
        for (Trial trial : List.of(IWAE, Trial.of(SMALL.withPrior(PRIOR), 4, 9, SEED))) {
            for (FusionLevel level : LEVELS) {
                Plan plan = Plan.of(Graphs.importance(trial.spec(), Binarization.NONE, 3), level, 4);
                Feed.Inference feed = new Feed.Inference(trial.examples(), 4, SEED, 6, 2);
                Map<Tensor, float[]> parameters = trial.parameters();
                try (Executable here = cuda.load(plan, feed); Executable there = new CpuBackend(1).load(plan, feed)) {
                    for (int step = 0; step < feed.steps(); step++) {
                        for (Executable e : List.of(here, there)) {
                            parameters.forEach((t, values) -> {
                                if (plan.graph().tensors().contains(t)) {
                                    e.write(t, values);
                                }
                            });
                            e.run(step, 1, new double[0]);
                        }
                        for (Tensor t : plan.graph().results()) {
                            int rows = Math.min(4, trial.examples().count() - step / 2 * 4);
                            for (int i = 0; i < rows; i++) {
                                assertEquals(there.read(t)[i], here.read(t)[i], 1e-4f * Math.abs(there.read(t)[i]), level + " " + t + " step " + step);
                            }
                        }
                    }
                }
            }
        }
    }
}
