package dev.fusedvae.cli;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.data.Split;
import dev.fusedvae.eval.AnnealedImportanceSampling;
import dev.fusedvae.eval.Inputs;
import dev.fusedvae.eval.Rbm;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.RbmSpec;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.train.RbmTrainer;
import java.util.List;

/// A restricted Boltzmann machine, trained and measured: what `rbm` and `compare` share.
///
/// @param train  p(h|v) and reconstructions of the training set, under the last parameters
/// @param logZ   the estimate by annealed importance sampling
/// @param logLikelihood mean of log p(v) over the test set in nats per example, given that estimate
record RbmRun(Rbm rbm, RbmTrainer.Result trained, Rbm.Passes train, Rbm.Passes test, AnnealedImportanceSampling.Estimate logZ, double logLikelihood) {

    /// How log Z is estimated.
    record Annealing(int chains, int temperatures) {}

    static RbmTrainer trainer(RbmSpec spec, TrainSpec how, Split data) {
        return new RbmTrainer(spec, how, data.train(), Normalization.unit(data.train()));
    }

    /// Measures what was trained on the black and white `data`.
    static RbmRun measure(Backend backend, RbmSpec spec, TrainSpec how, Split data, Annealing annealing, RbmTrainer.Result trained) {
        Normalization none = Normalization.unit(data.train());
        Rbm rbm = new Rbm(backend, spec, trained.parameters());
        Rbm.Passes train = rbm.passes(Inputs.examples(data.train(), none), Binarization.NONE, how.seed());
        Rbm.Passes test = rbm.passes(Inputs.examples(data.test(), none), Binarization.NONE, how.seed());
        var sampling = new AnnealedImportanceSampling(spec, trained.parameters(), train.visible());
        var logZ = sampling.run(annealing.chains, annealing.temperatures, how.seed());
        return new RbmRun(rbm, trained, train, test, logZ, sampling.logLikelihood(test.visible(), logZ.logZ()));
    }

    List<RbmTrainer.Epoch> epochs() {
        return trained.epochs();
    }

    double secondsPerEpoch() {
        return epochs().stream().mapToDouble(RbmTrainer.Epoch::seconds).average().orElse(0);
    }
}
