package dev.fusedvae.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.reference.ReferenceBackend;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.run.TrainingDiverged;
import dev.fusedvae.run.TrainingListener;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.Schedule;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.tensors.SafeTensors;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DivergenceTest {
    private static final RunOptions OPTIONS = RunOptions.defaults();
    private static final TrainSpec ABSURD = TrainSpec.standard(3, 2).withOptimizer(new OptimizerSpec.Sgd(1e12, 0));

    private static TrainingJob job(TrainSpec train) {
        return new TrainingJob(Digits.SPEC.withLikelihood(new Likelihood.Gaussian(1)), train, Digits.DATA, Digits.UNIT);
    }

    @Test
    void absurdLearningRate_isReportedWithStepOpSlotAndAdvice() {
        TrainingDiverged e = assertThrows(TrainingDiverged.class, () -> Digits.train(job(ABSURD), OPTIONS, TrainingListener.SILENT, 2));
        assertEquals(1, e.epoch());
        assertTrue(e.step() < 12, "step " + e.step());
        assertTrue(e.where().matches(".+ wrote .+\\[.+\\]"), e.where());
        assertTrue(e.getMessage().startsWith("training diverged at step " + e.step() + ", epoch 1: " + e.where()
                + " with a NaN or an infinity; lower the learning rate (1.0E12), clip gradients by norm, or scale the data"), e.getMessage());
    }

    @Test
    void reference_divergesLikewise() {
        try (Backend reference = new ReferenceBackend()) {
            TrainSpec train = ABSURD.withOptimizer(new OptimizerSpec.Sgd(1e100, 0));
            TrainingDiverged e = assertThrows(TrainingDiverged.class,
                    () -> Trainer.train(job(train), reference, OPTIONS, TrainingListener.SILENT, List.of()));
            assertTrue(e.where().contains(" wrote "), e.where());
        }
    }

    @Test
    void divergenceInALaterEpoch_keepsTheLastGoodCheckpoint(@TempDir Path folder) {
        // Harmless for one epoch, then absurd.
        TrainSpec train = TrainSpec.standard(4, 2).withOptimizer(new OptimizerSpec.Sgd(1e-4, 0))
                .withSchedule(new Schedule.Piecewise(List.of(1.5), List.of(1e15)));
        TrainingDiverged e = assertThrows(TrainingDiverged.class,
                () -> Digits.train(job(train), OPTIONS.withOut(folder), TrainingListener.SILENT, 2));
        assertEquals(2, e.epoch());
        assertTrue(e.getMessage().endsWith("the last good checkpoint is " + folder.resolve(Checkpoint.FILE)), e.getMessage());
        assertTrue(SafeTensors.read(folder.resolve(Checkpoint.FILE)).text("progress").startsWith("{\"step\":12,"));
        Trained first = Digits.train(job(train.withEpochs(1)), OPTIONS.resuming(folder), TrainingListener.SILENT, 2);
        assertEquals(1, first.history().epochs().size());
    }
}
