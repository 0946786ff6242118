package dev.fusedvae.spec;

import java.util.OptionalDouble;

/// How a model is trained.
///
/// @param batchSize examples a step; the last batch of an epoch is trained at its true size
/// @param epochs    passes over the training set
/// @param seed      the one source of every random number: initial weights, order, noise, binarization
/// @param clipNorm  largest global gradient norm, or empty for no clipping
public record TrainSpec(
        int batchSize,
        int epochs,
        long seed,
        OptimizerSpec optimizer,
        Schedule schedule,
        OptionalDouble clipNorm,
        Binarization binarization,
        Initialization initialization) {

    public TrainSpec {
        SpecException.require(batchSize >= 1 && batchSize <= 1 << 20, "batch size must be in 1..%d, got %d", 1 << 20, batchSize);
        SpecException.require(epochs >= 0, "epochs must be >= 0, got %d", epochs);
        SpecException.require(clipNorm.isEmpty() || clipNorm.getAsDouble() > 0 && Double.isFinite(clipNorm.getAsDouble()),
                "the clipping norm must be a finite number > 0, got %s", clipNorm.orElse(0));
    }

    /// Adam at 1e-3, batches of 128, nothing else.
    public static TrainSpec standard(int epochs, long seed) {
        return new TrainSpec(128, epochs, seed, new OptimizerSpec.Adam(1e-3), new Schedule.Constant(),
                OptionalDouble.empty(), Binarization.NONE, Initialization.UNIFORM);
    }

    public TrainSpec withBatchSize(int size) {
        return new TrainSpec(size, epochs, seed, optimizer, schedule, clipNorm, binarization, initialization);
    }

    public TrainSpec withEpochs(int count) {
        return new TrainSpec(batchSize, count, seed, optimizer, schedule, clipNorm, binarization, initialization);
    }

    public TrainSpec withOptimizer(OptimizerSpec o) {
        return new TrainSpec(batchSize, epochs, seed, o, schedule, clipNorm, binarization, initialization);
    }

    public TrainSpec withSchedule(Schedule s) {
        return new TrainSpec(batchSize, epochs, seed, optimizer, s, clipNorm, binarization, initialization);
    }

    public TrainSpec withClipNorm(double norm) {
        return new TrainSpec(batchSize, epochs, seed, optimizer, schedule, OptionalDouble.of(norm), binarization, initialization);
    }

    public TrainSpec withBinarization(Binarization b) {
        return new TrainSpec(batchSize, epochs, seed, optimizer, schedule, clipNorm, b, initialization);
    }

    public TrainSpec withInitialization(Initialization i) {
        return new TrainSpec(batchSize, epochs, seed, optimizer, schedule, clipNorm, binarization, i);
    }
}
