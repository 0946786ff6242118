package dev.fusedvae.reproduce;

import java.util.OptionalDouble;
import java.util.OptionalInt;

/// What is measured on a trained model, and what passes.
public sealed interface Measure {

    /// −ELBO of the test set with one noise sample per example, in nats.
    record Bound(double atMost) implements Measure {}

    /// −log p(x) of the test set by importance sampling, in nats.
    ///
    /// @param samples     k
    /// @param figure      the published figure; empty where the first committed result shall become it
    /// @param tolerance   nats by which a result may differ from the figure
    /// @param activeUnits the published number of active units, printed beside ours
    record Nll(int samples, OptionalDouble figure, double tolerance, OptionalInt activeUnits) implements Measure {}

    /// Squared error of a linear autoencoder against PCA of the same rank: at most `share` above it.
    record Pca(double share) implements Measure {}

    /// ELBO of a linear VAE with one learned variance against the maximum likelihood of probabilistic PCA.
    ///
    /// @param gap   largest distance in nats per example
    /// @param share largest relative error of σ²
    record ProbabilisticPca(double gap, double share) implements Measure {}

    /// ELBO of a linear VAE with a learned variance per feature against factor analysis by EM.
    ///
    /// @param gap largest distance in nats per example
    record FactorAnalysis(double gap) implements Measure {}

    /// Decoded prior samples against the law of z/10 + z/‖z‖: total variation of the histogram of radii, and of directions.
    record Ring(double share) implements Measure {}
}
