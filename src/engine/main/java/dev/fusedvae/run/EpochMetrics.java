package dev.fusedvae.run;

import java.util.List;

/// What one epoch came to.
///
/// @param epoch             counted from 1
/// @param train             average over the epoch's steps, as the parameters were at each; for the importance-weighted bound,
///                          which does not split, the bound as reconstruction and a KL of 0
/// @param test              the test set under the parameters at the epoch's end, one noise sample an example
/// @param klPerLatent       of the test set; empty for an autoencoder
/// @param activeUnits       latents whose mean varies over the test set by more than 0.01
/// @param seconds           time in training steps; evaluation and files not included
/// @param examplesPerSecond training examples in those seconds
public record EpochMetrics(int epoch, Figures train, Figures test, List<Double> klPerLatent, int activeUnits,
                           double seconds, double examplesPerSecond) {

    public EpochMetrics {
        klPerLatent = List.copyOf(klPerLatent);
    }

    /// The same epoch without its times: what two runs of one seed agree on.
    public EpochMetrics timeless() {
        return new EpochMetrics(epoch, train, test, klPerLatent, activeUnits, 0, 0);
    }
}
