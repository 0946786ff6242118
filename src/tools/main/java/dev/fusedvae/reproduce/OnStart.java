package dev.fusedvae.reproduce;

import dev.fusedvae.run.EpochMetrics;
import dev.fusedvae.run.TrainingInfo;
import dev.fusedvae.run.TrainingListener;

/// A listener that does something of its own once a training has begun: its checkpoint is written, or was accepted.
///
/// @param to   hears all
/// @param then runs when the training has begun
record OnStart(TrainingListener to, Runnable then) implements TrainingListener {
    @Override
    public void started(TrainingInfo info) {
        then.run();
        to.started(info);
    }

    @Override
    public void progress(long step, long steps, double elbo) {
        to.progress(step, steps, elbo);
    }

    @Override
    public void epoch(EpochMetrics metrics) {
        to.epoch(metrics);
    }

    @Override
    public boolean cancelled() {
        return to.cancelled();
    }
}
