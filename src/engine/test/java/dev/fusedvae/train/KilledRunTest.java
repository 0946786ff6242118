package dev.fusedvae.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.Child;
import dev.fusedvae.Vae;
import dev.fusedvae.json.Fields;
import dev.fusedvae.json.Json;
import dev.fusedvae.run.BackendChoice;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.run.TrainingInfo;
import dev.fusedvae.run.TrainingListener;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.tensors.SafeTensors;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledRunTest {
    private static final int KILLS = 10;
    /// 1497 digits in batches of 32.
    private static final int STEPS_AN_EPOCH = 47;
    private static final TrainSpec TRAIN = TrainSpec.standard(4000, 21).withBatchSize(32);

    /// Trains into the folder `args[0]`, from its checkpoint if there is one, for the epochs `args[1]`.
    static final class Victim {
        private Victim() {}

        public static void main(String[] args) {
            Path out = Path.of(args[0]);
            RunOptions options = RunOptions.defaults().withBackend(new BackendChoice("cpu", 1));
            boolean resume = Files.exists(out.resolve(Checkpoint.FILE));
            Vae.train(Digits.SPEC, TRAIN.withEpochs(Integer.parseInt(args[1])), Digits.DATA, Digits.UNIT,
                    resume ? options.resuming(out) : options.withOut(out), new TrainingListener() {
                        @Override
                        public void started(TrainingInfo info) {
                            System.out.println(info.firstStep());
                        }
                    }).close();
        }
    }

    @Test
    void tenKillsAtRandomMoments_leaveTheSameModel(@TempDir Path folder) throws IOException, InterruptedException {
        Random random = new Random(20);
        Path killed = folder.resolve("killed");
        long reached = 0;
        for (int i = 0; i < KILLS; i++) {
            Process process = start(killed, TRAIN.epochs());
            BufferedReader out = process.inputReader();
            String firstStep = out.readLine();
            assertNotNull(firstStep, "run " + i + " ended before its first step");
            assertTrue(Long.parseLong(firstStep) >= reached, "a kill lost what a checkpoint held");
            reached = Long.parseLong(firstStep);
            // Later kills wait longer, so that a busy machine gets somewhere too.
            Thread.sleep(random.nextInt(120 * (i + 1)));
            assertTrue(process.isAlive(), "the run was over before kill " + i);
            process.destroyForcibly().waitFor();
        }
        // The end is put a few epochs on, so that the test does not have to train to the bitter one.
        long step = new Fields(Json.parse(SafeTensors.read(killed.resolve(Checkpoint.FILE)).text("progress"), "progress"), "progress").wholeLong("step");
        assertTrue(step > 0, "no run got through an epoch");
        int epochs = (int) (step / STEPS_AN_EPOCH) + 5;
        Process survivor = start(killed, epochs);
        assertTrue(survivor.waitFor(Child.MINUTES, TimeUnit.MINUTES));
        assertEquals(0, survivor.exitValue());

        Path whole = folder.resolve("whole");
        Victim.main(new String[] {whole.toString(), Integer.toString(epochs)});
        assertArrayEquals(Files.readAllBytes(whole.resolve(ModelFolder.WEIGHTS)),
                Files.readAllBytes(killed.resolve(ModelFolder.WEIGHTS)));
    }

    /// Scalar code has the same bits and is quick at once; the short-lived runs would not live to see vectors compiled.
    private static Process start(Path out, int epochs) throws IOException {
        return Child.limited(new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1", "-Dfvae.vectorBits=scalar", "-cp", System.getProperty("java.class.path"),
                Victim.class.getName(), out.toString(), Integer.toString(epochs))
                .redirectError(ProcessBuilder.Redirect.DISCARD).start());
    }
}
