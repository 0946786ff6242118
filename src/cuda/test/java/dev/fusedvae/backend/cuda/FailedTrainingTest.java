package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.cuda.driver.Probe;
import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.data.Split;
import dev.fusedvae.run.BackendChoice;
import dev.fusedvae.run.BackendUnavailableException;
import dev.fusedvae.run.EpochMetrics;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.run.TrainingInfo;
import dev.fusedvae.run.TrainingListener;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import dev.fusedvae.train.Trainer;
import dev.fusedvae.train.TrainingJob;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Trainings in which one call of the driver fails, each time another one: the error is one sentence, nothing leaks, and the
/// checkpoint that was there before can be resumed to exactly the result of an undisturbed training.
@Tag("simt")
class FailedTrainingTest {
    private static final int OUT_OF_MEMORY = 2;
    private static final int LAUNCH_FAILED = 719;
    /// Because many calls are alike, only about 40 calls of a training fail, one per run.
    private static final int PLACES = 40;

    @TempDir
    private Path folder;

    @AfterEach
    void failNoMore() {
        if (Probe.of(Simt.ENVIRONMENT) instanceof Probe.Outcome.Ready) {
            StandIn.failAt(0, 0);
        }
    }

    /// Two steps and one evaluation per epoch.
    private static TrainingJob job(int epochs) {
        Split digits = Catalogue.load("digits", Optional.empty(), Map.of());
        Split few = new Split(digits.train().slice(0, 60), digits.test().slice(0, 20));
        return new TrainingJob(VaeSpec.of(64, List.of(8), 2), TrainSpec.standard(epochs, 3).withBatchSize(32), few, Normalization.unit(few.train()));
    }

    private static List<EpochMetrics> train(TrainingJob job, RunOptions options, TrainingListener listener) {
        try (CudaBackend backend = Simt.open()) {
            return Trainer.train(job, backend, options.withBackend(BackendChoice.of("cuda")), listener, List.of())
                    .history().epochs().stream().map(EpochMetrics::timeless).toList();
        }
    }

    @Test
    void whateverCallFails_theLastCheckpointGoesOn() {
        TrainingJob job = job(2);
        Simt.open().close(); // the counters exist only after the driver is loaded
        Calls calls = new Calls();
        List<EpochMetrics> whole = train(job, RunOptions.defaults().withOut(folder.resolve("whole")), calls);
        List<String> wrong = new ArrayList<>();
        List<Long> before = StandIn.held();
        int failed = 0;
        int resumedAfterAnEpoch = 0;
        long stride = Math.max(1, (calls.end - calls.started) / PLACES);
        for (long n = calls.started + 1; n <= calls.end; n += stride) {
            RunOptions options = RunOptions.defaults().withOut(folder.resolve("call" + n));
            int code = n % 2 == 0 ? OUT_OF_MEMORY : LAUNCH_FAILED;
            StandIn.failAt(n, code);
            try {
                assertEquals(whole, train(job, options, TrainingListener.SILENT), "call " + n + " failed unseen");
            } catch (BackendUnavailableException | IllegalStateException e) {
                failed++;
                if (e.getMessage() == null || e.getMessage().isBlank() || e.getMessage().contains("\n")) {
                    wrong.add("call " + n + " with " + code + " said " + e.getMessage());
                }
            }
            StandIn.failAt(0, 0);
            if (!StandIn.held().equals(before)) {
                wrong.add("after call " + n + " with " + code + ": " + before + " became " + StandIn.held());
                before = StandIn.held();
            }
            Calls resumed = new Calls();
            assertEquals(whole, train(job, RunOptions.defaults().resuming(folder.resolve("call" + n)), resumed), "after call " + n);
            resumedAfterAnEpoch += resumed.firstStep > 0 ? 1 : 0;
        }
        assertEquals(List.of(), wrong);
        assertTrue(failed >= PLACES / 2 && resumedAfterAnEpoch >= 5, failed + " failed, " + resumedAfterAnEpoch + " resumed after an epoch");
    }

    /// The numbers of calls of the driver at points of a training, counted from the opening of the backend.
    private static final class Calls implements TrainingListener {
        private final long first = StandIn.count("calls");
        long started;
        long end;
        long firstStep;

        @Override
        public void started(TrainingInfo info) {
            started = StandIn.count("calls") - first;
            firstStep = info.firstStep();
        }

        @Override
        public void epoch(EpochMetrics metrics) {
            end = StandIn.count("calls") - first;
        }
    }
}
