package dev.fusedvae.run;

import java.util.List;
import java.util.Locale;

/// How a model was trained.
///
/// @param epochs     every completed epoch, in order
/// @param ending     why training ended
/// @param modelEpoch the epoch at whose end the model had its parameters: the last one, or the best one after early stopping;
///                   0 means not trained. The model of a cancelled run may be some steps further
public record History(List<EpochMetrics> epochs, Ending ending, int modelEpoch) {

    /// Why training ended.
    public enum Ending {
        /// All epochs were completed.
        COMPLETE,
        /// The test ELBO had not improved for [RunOptions#patience] epochs.
        STOPPED_EARLY,
        /// The user, or the [TrainingListener], asked to stop.
        CANCELLED;

        /// The name used in files: `complete`, `stopped-early`, `cancelled`.
        public String flag() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public History {
        epochs = List.copyOf(epochs);
        if (modelEpoch < 0 || modelEpoch > epochs.size()) {
            throw new IllegalArgumentException("the model's epoch must be in 0.." + epochs.size() + ", got " + modelEpoch);
        }
    }

    /// The history of a model that was imported or never trained.
    public static History none() {
        return new History(List.of(), Ending.COMPLETE, 0);
    }
}
