package dev.fusedvae.train;

import dev.fusedvae.data.Normalization;
import dev.fusedvae.data.Split;
import dev.fusedvae.eval.Inputs;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;

/// Everything that a trained model depends on; data that the model cannot take is refused here.
public record TrainingJob(VaeSpec spec, TrainSpec train, Split data, Normalization normalization) {

    public TrainingJob {
        Inputs.check(spec, train.binarization(), data.train(), normalization);
        Inputs.check(spec, train.binarization(), data.test(), normalization);
    }
}
