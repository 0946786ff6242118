package dev.fusedvae.run;

import java.util.List;
import java.util.Locale;

/// How a model came to be.
///
/// @param epochs     every completed epoch, in order
/// @param ending     why training ended
/// @param modelEpoch the epoch at whose end the parameters were as they are: the last one, or the best after early
///                   stopping; 0 means not trained. A cancelled run's model may be some steps further
public record History(List<EpochMetrics> epochs, Ending ending, int modelEpoch) {

    /// Why training ended.
    public enum Ending {
        /// All epochs are done.
        COMPLETE,
        /// The test ELBO had not improved for as many epochs as the run's patience.
        STOPPED_EARLY,
        /// Somebody asked for it.
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

    /// Of a model that was imported or never trained.
    public static History none() {
        return new History(List.of(), Ending.COMPLETE, 0);
    }
}
