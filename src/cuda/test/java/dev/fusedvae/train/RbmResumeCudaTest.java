package dev.fusedvae.train;

import static dev.fusedvae.train.SmallRbm.TRAIN;
import static dev.fusedvae.train.SmallRbm.assertSame;
import static dev.fusedvae.train.SmallRbm.trainer;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Backends;
import dev.fusedvae.run.BackendChoice;
import dev.fusedvae.run.BackendUnavailableException;
import dev.fusedvae.run.RunOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Trainings of restricted Boltzmann machines that are stopped and resumed, on the device of this process.
@Tag("simt")
class RbmResumeCudaTest {
    private static final RunOptions OPTIONS = RunOptions.defaults();

    @TempDir
    private Path folder;

    @Test
    void resume_equalsAnUninterruptedRun() {
        try (Backend cuda = cuda()) {
            for (boolean persistent : new boolean[] {false, true}) {
                Path out = folder.resolve("persistent-" + persistent);
                RbmTrainer.Result whole = trainer(persistent, TRAIN).run(cuda, OPTIONS, new RbmTrainer.Listener() {});
                trainer(persistent, TRAIN.withEpochs(1)).run(cuda, OPTIONS.withOut(out), new RbmTrainer.Listener() {});
                assertSame(whole, trainer(persistent, TRAIN).run(cuda, OPTIONS.resuming(out), new RbmTrainer.Listener() {}));
            }
        }
    }

    private static Backend cuda() {
        try {
            return Backends.open(BackendChoice.of("cuda")).backend();
        } catch (BackendUnavailableException e) {
            Assumptions.assumeFalse(e.getMessage().contains("the SIMT device needs"), "skipped: " + e.getMessage());
            throw e;
        }
    }
}
