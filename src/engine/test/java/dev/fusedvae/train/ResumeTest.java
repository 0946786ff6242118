package dev.fusedvae.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.Split;
import dev.fusedvae.io.IoFailure;
import dev.fusedvae.run.History;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.run.TrainingInfo;
import dev.fusedvae.run.TrainingListener;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.Schedule;
import dev.fusedvae.spec.TrainSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ResumeTest {
    private static final RunOptions OPTIONS = RunOptions.defaults();
    /// 1497 digits in batches of 16.
    private static final int STEPS_AN_EPOCH = 94;

    /// Trainings with everything that a step may depend on.
    enum Run {
        ADAM(TrainSpec.standard(3, 11).withBatchSize(16).withSchedule(new Schedule.Cosine(3, 0.1))),
        ADAMW_CLIPPED(TrainSpec.standard(3, 12).withBatchSize(16).withClipNorm(1).withBinarization(Binarization.DYNAMIC)
                .withOptimizer(new OptimizerSpec.AdamW(2e-3, 0.9, 0.999, 1e-8, 0.01))),
        SGD(TrainSpec.standard(3, 13).withBatchSize(16).withOptimizer(new OptimizerSpec.Sgd(1e-3, 0.9)));

        final TrainSpec spec;

        Run(TrainSpec spec) {
            this.spec = spec;
        }
    }

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void resumeAfterAnyEpoch_equalsAnUninterruptedRun(Run run) {
        Trained whole = Digits.train(run.spec, OPTIONS, TrainingListener.SILENT);
        for (int epochs = 0; epochs < 3; epochs++) {
            Path out = folder.resolve("after-" + epochs);
            Digits.train(run.spec.withEpochs(epochs), OPTIONS.withOut(out), TrainingListener.SILENT);
            assertSame(whole, Digits.train(run.spec, OPTIONS.resuming(out), TrainingListener.SILENT));
        }
    }

    @ParameterizedTest
    @EnumSource
    void resumeInMidEpochAgainAndAgain_equalsAnUninterruptedRun(Run run) {
        Trained whole = Digits.train(run.spec, OPTIONS.withPatience(2), TrainingListener.SILENT);
        RunOptions options = OPTIONS.withPatience(2).withOut(folder);
        long done = 0;
        int midEpoch = 0;
        while (true) {
            long stop = done + 1 + midEpoch * 7 % 20;
            AtomicLong reached = new AtomicLong();
            Trained part = Digits.train(run.spec, options, Digits.cancelWhen(step -> {
                reached.set(step);
                return step >= stop;
            }));
            if (part.history().ending() == History.Ending.COMPLETE) {
                assertSame(whole, part);
                break;
            }
            done = reached.get();
            midEpoch += done % STEPS_AN_EPOCH == 0 ? 0 : 1;
            options = OPTIONS.withPatience(2).resuming(folder);
        }
        assertTrue(midEpoch >= 5, "only " + midEpoch + " interruptions in mid-epoch");
    }

    @Test
    void resumeOfAFinishedRun_changesNothing() {
        Trained whole = Digits.train(Run.ADAM.spec, OPTIONS.withOut(folder), TrainingListener.SILENT);
        assertSame(whole, Digits.train(Run.ADAM.spec, OPTIONS.resuming(folder), TrainingListener.SILENT));
    }

    @Test
    void earlyStopping_isPartOfTheCheckpoint() {
        RunOptions patient = OPTIONS.withPatience(2).withMinDelta(1000);
        TrainSpec spec = TrainSpec.standard(9, 4);
        Trained whole = Digits.train(spec, patient, TrainingListener.SILENT);
        Digits.train(spec.withEpochs(2), patient.withOut(folder), TrainingListener.SILENT);
        Trained resumed = Digits.train(spec, patient.resuming(folder), TrainingListener.SILENT);
        assertEquals(History.Ending.STOPPED_EARLY, resumed.history().ending());
        assertSame(whole, resumed);
    }

    @Test
    void anotherEngine_goesOnAndSaysSo() {
        TrainSpec spec = TrainSpec.standard(2, 4);
        Digits.train(spec.withEpochs(1), OPTIONS.withOut(folder), TrainingListener.SILENT);
        List<String> notes = new ArrayList<>();
        Digits.train(spec, OPTIONS.withFusion(FusionLevel.NONE).resuming(folder), new TrainingListener() {
            @Override
            public void started(TrainingInfo info) {
                notes.addAll(info.notes());
            }
        });
        assertEquals(List.of("the checkpoint was written by cpu, fusion layer and the run goes on with cpu, fusion none:"
                + " equal up to rounding, not bit for bit"), notes);
    }

    @Test
    void checkpointOfAnotherRun_isRefusedWithTheDifference() {
        TrainSpec spec = TrainSpec.standard(2, 4);
        Digits.train(spec, OPTIONS.withOut(folder), TrainingListener.SILENT);
        refused(Digits.job(spec.withOptimizer(new OptimizerSpec.Adam(2e-3))),
                "it belongs to another run: train.optimizer.learningRate was 0.001 and is 0.002 now");
        refused(Digits.job(TrainSpec.standard(2, 5)), "train.seed was 4 and is 5 now");
        refused(Digits.job(spec.withClipNorm(1)), "train.clipNorm was null and is 1.0 now");
        refused(new TrainingJob(Digits.SPEC.withActivation(Activation.TANH), spec, Digits.DATA, Digits.UNIT),
                "spec.activation was \"relu\" and is \"tanh\" now");
        DataSet shorter = Digits.DATA.test().slice(0, 299);
        refused(new TrainingJob(Digits.SPEC, spec, new Split(Digits.DATA.train(), shorter), Digits.UNIT),
                "testExamples was 300 and is 299 now");
        Split swapped = new Split(Digits.DATA.train().select(reversed(1497)), Digits.DATA.test());
        refused(new TrainingJob(Digits.SPEC, spec, swapped, Digits.UNIT), "trainData was \"");
        refused(Digits.job(spec.withEpochs(1)), "2.0 of its epochs are done, but only 1 were asked for");
    }

    @Test
    void damagedCheckpoint_isRefusedInOneSentence() throws IOException {
        Path file = folder.resolve(Checkpoint.FILE);
        TrainingJob job = Digits.job(TrainSpec.standard(1, 4));
        refused(job, "there is no checkpoint.safetensors in " + folder + " to resume from");
        Digits.train(job, OPTIONS.withOut(folder), TrainingListener.SILENT, 1);
        byte[] good = Files.readAllBytes(file);
        for (int length : new int[] {0, 5, 100, good.length / 2, good.length - 1}) {
            Files.write(file, Arrays.copyOf(good, length));
            refused(job, file.toString());
        }
        // In the header's text, in the first values, in the last.
        for (int at : new int[] {60, 900, good.length / 2, good.length - 3}) {
            byte[] bad = good.clone();
            bad[at] ^= 1;
            Files.write(file, bad);
            refused(job, file.toString());
        }
        Files.writeString(file, "not a checkpoint at all");
        refused(job, file.toString());
        Files.write(file, good);
        assertEquals(1, Digits.train(job, OPTIONS.resuming(folder), TrainingListener.SILENT, 1).history().epochs().size());
    }

    @Test
    void folderThatCannotBeWritten_isRefusedBeforeTheFirstStep() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        IoFailure failure = assertThrows(IoFailure.class, () -> Digits.train(TrainSpec.standard(1, 4), OPTIONS.withOut(file),
                new TrainingListener() {
                    @Override
                    public void progress(long step, long steps, double elbo) {
                        throw new AssertionError("a step ran");
                    }
                }));
        assertTrue(failure.getMessage().contains(file.toString()), failure.getMessage());
    }

    @Test
    void leftoversOfAKilledRun_areRemovedAndNothingElse() throws IOException {
        Path leftover = Files.writeString(folder.resolve(".checkpoint.safetensors.tmp-0123abcd"), "half");
        Path other = Files.writeString(folder.resolve("notes.txt"), "mine");
        Digits.train(TrainSpec.standard(0, 4), OPTIONS.withOut(folder), TrainingListener.SILENT);
        assertFalse(Files.exists(leftover));
        assertTrue(Files.exists(other));
    }

    private void refused(TrainingJob job, String sentence) {
        String message = assertThrows(IoFailure.class, () -> Digits.train(job, OPTIONS.resuming(folder), TrainingListener.SILENT, 1)).getMessage();
        assertTrue(message.contains(sentence), message);
        assertEquals(1, message.lines().count(), message);
    }

    private static int[] reversed(int count) {
        int[] all = new int[count];
        Arrays.setAll(all, i -> count - 1 - i);
        return all;
    }

    private static void assertSame(Trained expected, Trained actual) {
        assertEquals(Digits.timeless(expected), Digits.timeless(actual));
        assertEquals(expected.parameters(), actual.parameters());
        assertEquals(expected.history().modelEpoch(), actual.history().modelEpoch());
    }
}
