package dev.fusedvae.plan;

import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.TrainSpec;

/// Computes the records of any range of steps from the training specification alone: nothing depends on history.
///
/// @param examples size of the training set
public record StepTable(TrainSpec train, Objective objective, int examples) {

    public StepTable {
        if (examples < 1) {
            throw new IllegalArgumentException("a training set needs at least one example, got " + examples);
        }
    }

    /// Steps an epoch: the last batch may be smaller and is a step like any other.
    public int stepsPerEpoch() {
        return Math.ceilDiv(examples, train.batchSize());
    }

    /// The record of step `step`, counted over all epochs from 0.
    public Step step(long step) {
        Step record = new Step();
        fill(step, record);
        return record;
    }

    /// Makes `record` the record of step `step`.
    public void fill(long step, Step record) {
        int perEpoch = stepsPerEpoch();
        int position = Math.toIntExact(step % perEpoch * train.batchSize());
        int rows = Math.min(train.batchSize(), examples - position);
        double progress = (double) step / perEpoch;
        double rate = train.optimizer().learningRate() * train.schedule().factor(progress);
        double t = step + 1;
        record.at(step, Math.toIntExact(step / perEpoch), position, rows);
        switch (train.optimizer()) {
            case OptimizerSpec.Adam a ->
                    record.train(rate, 1 - Math.pow(a.beta1(), t), 1 - Math.pow(a.beta2(), t), 1, beta(progress));
            case OptimizerSpec.AdamW a ->
                    record.train(rate, 1 - Math.pow(a.beta1(), t), 1 - Math.pow(a.beta2(), t), 1 - rate * a.weightDecay(), beta(progress));
            case OptimizerSpec.Sgd s -> record.train(rate, 1, 1, 1, beta(progress));
        }
    }

    private double beta(double progress) {
        return switch (objective) {
            case Objective.Vae vae -> vae.warmupEpochs() > 0
                    ? vae.beta() * Math.min(1, progress / vae.warmupEpochs())
                    : vae.beta();
            case Objective.Autoencoder ae -> 0;
            case Objective.Sparse sparse -> sparse.weight();
            case Objective.Iwae iwae -> 1;
        };
    }
}
