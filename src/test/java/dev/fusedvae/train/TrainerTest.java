package dev.fusedvae.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.Vae;
import dev.fusedvae.backend.BackendChoice;
import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.data.Split;
import dev.fusedvae.eval.Evaluation;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrainerTest {
    @Test
    void training_improvesTheTestElboEveryEpochAtFirst() {
        Split digits = Catalogue.load("digits", Optional.empty(), Map.of());
        try (Vae vae = Vae.train(VaeSpec.of(64, List.of(32), 2), TrainSpec.standard(3, 1), digits, Normalization.unit(digits.train()),
                RunOptions.defaults().withBackend(new BackendChoice("cpu", 2)), TrainingListener.SILENT)) {
            Evaluation e = vae.evaluate(digits.test());
            assertEquals(vae.history().epochs().getLast().test().elbo(), e.elbo());
            assertTrue(vae.sample(3, 1)[0][0] >= 0);
        }
    }
}
