package dev.fusedvae.run;

/// Follows a training; called by the thread that trains. What it throws ends the training.
public interface TrainingListener {

    /// Nothing to hear.
    TrainingListener SILENT = new TrainingListener() {};

    /// Before the first step.
    default void started(TrainingInfo info) {}

    /// Some 20 times a second.
    ///
    /// @param step  steps done, of all epochs
    /// @param steps steps to do, of all epochs
    /// @param bound average over this epoch so far of the objective's [dev.fusedvae.spec.Objective#bound], in nats per example
    default void progress(long step, long steps, double bound) {}

    /// After an epoch, its evaluation and its checkpoint.
    default void epoch(EpochMetrics metrics) {}

    /// Asked some 20 times a second; true ends the training after a checkpoint.
    default boolean cancelled() {
        return false;
    }
}
