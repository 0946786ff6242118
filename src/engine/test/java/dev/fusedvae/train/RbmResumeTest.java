package dev.fusedvae.train;

import static dev.fusedvae.train.SmallRbm.STEPS_AN_EPOCH;
import static dev.fusedvae.train.SmallRbm.TRAIN;
import static dev.fusedvae.train.SmallRbm.V;
import static dev.fusedvae.train.SmallRbm.assertSame;
import static dev.fusedvae.train.SmallRbm.trainer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.io.IoFailure;
import dev.fusedvae.run.History;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.TrainSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Restricted Boltzmann machines that were stopped and go on: parameters, momentum and chains to the bit.
class RbmResumeTest {
    private static final RunOptions OPTIONS = RunOptions.defaults();

    @TempDir
    private Path folder;

    private static RbmTrainer.Result run(RbmTrainer trainer, RunOptions options) {
        return run(trainer, options, new RbmTrainer.Listener() {});
    }

    private static RbmTrainer.Result run(RbmTrainer trainer, RunOptions options, RbmTrainer.Listener listener) {
        try (CpuBackend cpu = new CpuBackend(1)) {
            return trainer.run(cpu, options, listener);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void resumeAfterAnyEpoch_equalsAnUninterruptedRun(boolean persistent) {
        RbmTrainer.Result whole = run(trainer(persistent, TRAIN), OPTIONS);
        assertEquals(persistent ? 10 * V : 0, whole.chains().length);
        for (int epochs = 0; epochs <= 3; epochs++) {
            Path out = folder.resolve("after-" + epochs);
            RbmTrainer.Result part = run(trainer(persistent, TRAIN.withEpochs(epochs)), OPTIONS.withOut(out));
            assertEquals(epochs, part.epochs().size());
            assertSame(whole, run(trainer(persistent, TRAIN), OPTIONS.resuming(out)));
        }
    }

    /// Stops before every step that a chunk of steps allows, each time from the checkpoint of the time before.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void resumeInMidEpochAgainAndAgain_equalsAnUninterruptedRun(boolean persistent) {
        RbmTrainer.Result whole = run(trainer(persistent, TRAIN), OPTIONS);
        List<Long> starts = new ArrayList<>();
        RunOptions options = OPTIONS.withOut(folder);
        RbmTrainer.Result part;
        do {
            part = run(trainer(persistent, TRAIN), options, new RbmTrainer.Listener() {
                private int asked;

                @Override
                public void started(int epochsDone, long steps, List<String> notes) {
                    starts.add(steps);
                }

                @Override
                public boolean cancelled() {
                    return asked++ > 0; // after the first chunk, which is one step
                }
            });
            options = OPTIONS.resuming(folder);
        } while (part.ending() == History.Ending.CANCELLED);
        assertSame(whole, part);
        assertTrue(starts.stream().filter(s -> s % STEPS_AN_EPOCH != 0).count() >= 10, "interruptions in mid-epoch: " + starts);
    }

    @Test
    void checkpointOfAnotherRun_isRefusedWithTheDifference() {
        run(trainer(true, TRAIN), OPTIONS.withOut(folder));
        RunOptions resume = OPTIONS.resuming(folder);
        assertRefused("spec.persistent was true and is false now", trainer(false, TRAIN), resume);
        assertRefused("train.seed was 11 and is 12 now", trainer(true, TrainSpec.standard(3, 12).withBatchSize(10)), resume);
        assertRefused("train.batchSize was 10 and is 20 now", trainer(true, TRAIN.withBatchSize(20)), resume);
        assertRefused("3.0 of its epochs are done, but only 2 were asked for", trainer(true, TRAIN.withEpochs(2)), resume);
        assertRefused("there is no checkpoint.safetensors", trainer(true, TRAIN), OPTIONS.resuming(folder.resolve("elsewhere")));
    }

    private static void assertRefused(String message, RbmTrainer trainer, RunOptions options) {
        String text = assertThrows(IoFailure.class, () -> run(trainer, options)).getMessage();
        assertTrue(text.contains(message), text);
    }

    @Test
    void damagedCheckpoint_isRefused() throws IOException {
        run(trainer(true, TRAIN), OPTIONS.withOut(folder));
        Path file = folder.resolve(Checkpoint.FILE);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 6] ^= 1; // a value of the last tensor
        Files.write(file, bytes);
        assertRefused("its checksum is", trainer(true, TRAIN), OPTIONS.resuming(folder));
    }

    @Test
    void otherFusionLevel_isNoted() {
        run(trainer(true, TRAIN.withEpochs(1)), OPTIONS.withOut(folder));
        List<String> all = new ArrayList<>();
        run(trainer(true, TRAIN), OPTIONS.resuming(folder).withFusion(FusionLevel.NONE), new RbmTrainer.Listener() {
            @Override
            public void started(int epochsDone, long steps, List<String> notes) {
                assertEquals(1, epochsDone);
                assertEquals(STEPS_AN_EPOCH, steps);
                all.addAll(notes);
            }
        });
        assertEquals(1, all.size());
        assertTrue(all.getFirst().startsWith("the checkpoint was written by cpu, fusion layer and the run goes on with cpu, fusion none"), all.toString());
    }
}
