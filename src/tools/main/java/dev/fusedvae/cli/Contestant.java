package dev.fusedvae.cli;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// What one model of a comparison came to on the test set; what a model does not have is empty.
///
/// @param squaredError    Σ over features of (x − x̂)², mean over examples
/// @param elbo            evidence lower bound, nats per example
/// @param logLikelihood   log p(x) or a bound on it, nats per example, with its estimator in `how`
/// @param kl              KL(q(z|x) ‖ p(z)), nats per example
/// @param activeUnits     latents whose mean varies over the data by more than 0.01
/// @param accuracy        share of test codes whose label is that of most of their nearest training codes
/// @param seconds         time to train or fit
/// @param reconstructions of the first test examples
/// @param samples         from the model, or what a model without a prior makes of random codes
@SuppressWarnings("ArrayRecordComponent")
record Contestant(String name, OptionalDouble squaredError, OptionalDouble elbo, OptionalDouble logLikelihood, String how, OptionalDouble kl,
                  OptionalInt activeUnits, OptionalDouble accuracy, double seconds, Optional<float[][]> reconstructions,
                  float[][] samples, String samplesAre) {

    /// Codes of the training and of the test set.
    @SuppressWarnings("ArrayRecordComponent")
    record Codes(float[][] train, float[][] test) {}

    /// Σ (x − x̂)², mean over the rows.
    static double squaredError(float[][] x, float[][] rebuilt) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < x[i].length; j++) {
                double d = (double) x[i][j] - rebuilt[i][j];
                sum += d * d;
            }
        }
        return sum / x.length;
    }
}
