package dev.fusedvae.run;

/// Is told how a training proceeds, on the thread that trains. An exception that it throws ends the training.
public interface TrainingListener {

    /// Ignores everything.
    TrainingListener SILENT = new TrainingListener() {};

    /// Called before the first step.
    default void started(TrainingInfo info) {}

    /// Called about 20 times per second.
    ///
    /// @param step  steps done, of all epochs
    /// @param steps steps to do, of all epochs
    /// @param bound average over this epoch so far of the objective's [dev.fusedvae.spec.Objective#bound], in nats per example
    default void progress(long step, long steps, double bound) {}

    /// Called after each epoch, when its evaluation is done and its checkpoint is written.
    default void epoch(EpochMetrics metrics) {}

    /// Asked about 20 times per second; if it returns true, a checkpoint is written and the training ends.
    default boolean cancelled() {
        return false;
    }
}
