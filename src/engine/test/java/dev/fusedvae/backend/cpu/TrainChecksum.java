package dev.fusedvae.backend.cpu;

import dev.fusedvae.check.Trial;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.Corruption;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.Prior;
import dev.fusedvae.spec.VaeSpec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32;

/// Prints a checksum of losses, parameters and optimizer state after some steps of several models at every level:
/// [SameBitsTest] compares those of several JVMs.
final class TrainChecksum {
    static final int STEPS = 24;

    private TrainChecksum() {}

    /// Few rows, where members share panels; many, where they share rows; every likelihood and optimizer; clipping; background.
    private static List<Trial> trials() {
        VaeSpec spec = VaeSpec.of(45, List.of(70), 9);
        return List.of(
                Trial.of(spec.withActivation(Activation.GELU), 11, 40, 1).binarized(Binarization.DYNAMIC),
                Trial.of(spec.withLikelihood(new Likelihood.GaussianFeature()).withActivation(Activation.TANH), 80, 200, 2)
                        .with(new OptimizerSpec.Sgd(1e-3, 0.9)),
                Trial.of(spec.withLikelihood(new Likelihood.GaussianScalar()).withActivation(Activation.ELU), 50, 101, 3)
                        .with(new OptimizerSpec.AdamW(1e-3, 0.9, 0.999, 1e-8, 0.01)).clipped(0.5),
                Trial.of(VaeSpec.of(33, List.of(), 40).withLikelihood(new Likelihood.Gaussian(2)), 7, 22, 4),
                Trial.of(spec.withObjective(new Objective.Iwae(6, true)).withLikelihood(new Likelihood.ContinuousBernoulli())
                        .withCorruption(new Corruption.Gaussian(0.2)), 21, 50, 5),
                Trial.of(spec.withObjective(new Objective.Iwae(5, false)).withLikelihood(new Likelihood.GaussianScalar()), 10, 30, 6),
                Trial.of(spec.withObjective(new Objective.Vae(1, 0, 0.1, 4)).withLikelihood(new Likelihood.GaussianVector())
                        .withPrior(Prior.of(0.5, 2)), 13, 40, 7),
                Trial.of(spec.withObjective(new Objective.Sparse(0.1)).withCorruption(new Corruption.Masking(0.5)), 60, 130, 8),
                Trial.of(VaeSpec.of(110, List.of(70), 9), 75, 160, 9).onBackground());
    }

    static String of(int threads, int steps) {
        CRC32 crc = new CRC32();
        try (CpuBackend backend = new CpuBackend(threads)) {
            for (Trial trial : trials()) {
                for (FusionLevel level : FusionLevel.values()) {
                    CpuExecutable executable = backend.load(trial.plan(level), trial.feed());
                    trial.start(executable);
                    update(crc, executable, Trial.run(executable, steps));
                }
            }
        }
        return Long.toHexString(crc.getValue());
    }

    /// Adds losses, parameters and state to a checksum.
    static void update(CRC32 crc, CpuExecutable executable, double[] metrics) {
        ByteBuffer losses = ByteBuffer.allocate(Double.BYTES * metrics.length);
        losses.asDoubleBuffer().put(metrics);
        crc.update(losses);
        for (Tensor.Role role : List.of(Tensor.Role.PARAMETER, Tensor.Role.STATE)) {
            for (Tensor t : executable.plan().graph().tensors(role)) {
                float[] values = executable.read(t);
                ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length);
                bytes.asFloatBuffer().put(values);
                crc.update(bytes);
            }
        }
    }

    public static void main(String[] arguments) {
        System.out.println(of(1, STEPS));
    }
}
