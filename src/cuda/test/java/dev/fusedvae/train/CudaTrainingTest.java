package dev.fusedvae.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Backends;
import dev.fusedvae.run.BackendChoice;
import dev.fusedvae.run.BackendUnavailableException;
import dev.fusedvae.run.EpochMetrics;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.run.TrainingListener;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.TrainSpec;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A whole training on the digits, with an evaluation after every epoch, on the SIMT device (FVAE_CUDA=simt in all tests).
@Tag("simt")
class CudaTrainingTest {
    private static final TrainSpec TRAIN = TrainSpec.standard(3, 5);

    private static Backend cuda() {
        try {
            return Backends.open(BackendChoice.of("cuda")).backend();
        } catch (BackendUnavailableException e) {
            Assumptions.assumeFalse(e.getMessage().contains("the SIMT device needs"), "skipped: " + e.getMessage());
            throw e;
        }
    }

    @Test
    void elboOfEveryEpoch_isTheCpusToATenthOfANat() {
        Trained cpu = Digits.train(TRAIN, RunOptions.defaults(), TrainingListener.SILENT);
        for (FusionLevel level : FusionLevel.values()) {
            RunOptions options = new RunOptions(BackendChoice.of("cuda"), level, Optional.empty(), RunOptions.Start.NEW, 0, 0);
            try (Backend backend = cuda()) {
                Trained trained = Trainer.train(Digits.job(TRAIN), backend, options, TrainingListener.SILENT, List.of());
                List<EpochMetrics> epochs = trained.history().epochs();
                assertEquals(3, epochs.size());
                for (int e = 0; e < 3; e++) {
                    EpochMetrics there = cpu.history().epochs().get(e);
                    assertEquals(there.train().elbo(), epochs.get(e).train().elbo(), 0.1, level + " epoch " + e);
                    assertEquals(there.test().elbo(), epochs.get(e).test().elbo(), 0.1, level + " epoch " + e);
                }
                assertTrue(epochs.get(2).train().elbo() > epochs.get(0).train().elbo(), "it learns");
            }
        }
    }
}
