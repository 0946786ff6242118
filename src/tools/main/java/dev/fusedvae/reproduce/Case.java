package dev.fusedvae.reproduce;

import dev.fusedvae.data.Normalization;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;

/// One training and its measurement.
///
/// @param name names the case within its row, such as `iwae-5`; a folder name
public record Case(String name, Material material, Normalization.Kind normalization, VaeSpec spec, TrainSpec train,
                   Training training, Measure measure) {

    /// The same case trained for another number of epochs.
    public Case withEpochs(int epochs) {
        return new Case(name, material, normalization, spec, train.withEpochs(epochs), training, measure);
    }
}
