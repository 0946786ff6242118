package dev.fusedvae.run;

import java.util.List;

/// The results of one epoch.
///
/// @param epoch             counted from 1
/// @param train             average over the epoch's steps, each with the parameters of that step. The importance-weighted bound
///                          has no separate KL: it is reported as reconstruction, with a KL of 0
/// @param test              the test set with the parameters at the end of the epoch, one noise sample per example
/// @param klPerLatent       of the test set; empty for an autoencoder
/// @param activeUnits       latents whose mean varies over the test set by more than 0.01
/// @param seconds           time spent in training steps, without evaluation and files
/// @param examplesPerSecond training examples in those seconds
public record EpochMetrics(int epoch, Figures train, Figures test, List<Double> klPerLatent, int activeUnits,
                           double seconds, double examplesPerSecond) {

    public EpochMetrics {
        klPerLatent = List.copyOf(klPerLatent);
    }

    /// The same epoch with its times set to 0, to compare two runs of one seed.
    public EpochMetrics timeless() {
        return new EpochMetrics(epoch, train, test, klPerLatent, activeUnits, 0, 0);
    }
}
