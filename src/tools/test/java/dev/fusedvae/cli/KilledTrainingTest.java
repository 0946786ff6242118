package dev.fusedvae.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.Child;
import dev.fusedvae.Vae;
import dev.fusedvae.run.BackendChoice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A training that is killed in the folder of one that had ended is taken for what it is.
class KilledTrainingTest {
    private static final String LONG = "1000000";
    private static final Pattern EPOCH = Pattern.compile("epoch (\\d+)/");
    private static final String NOTE = "holds a training that did not end, so the model there may be an earlier one; resume or repeat that run, or remove ";

    @TempDir
    Path dir;

    private Path run() {
        return dir.resolve("run");
    }

    private String[] train(String epochs, String... more) {
        return words(List.of("train", "--data", "digits", "--hidden", "8", "--latent", "2", "--backend", "cpu", "--epochs", epochs, "--out", run().toString()), more);
    }

    private String[] rbm(String epochs, String... more) {
        return words(List.of("rbm", "--data", "digits", "--hidden", "8", "--backend", "cpu", "--chains", "2", "--temperatures", "2", "--sweeps", "1",
                "--epochs", epochs, "--out", run().toString()), more);
    }

    private static String[] words(List<String> words, String... more) {
        List<String> all = new ArrayList<>(words);
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    /// Kills a process once it has said that epoch `epoch`, or a later one, is done; SIGKILL, so that no hook of ours runs. Epochs
    /// take milliseconds, so whoever was killed a moment ago may have been further than it was seen to be, and a run that goes
    /// on from there never speaks of `epoch`.
    private void kill(int epoch, String... args) throws IOException, InterruptedException {
        Path stderr = dir.resolve("stderr");
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Djava.awt.headless=true",
                "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), "dev.fusedvae.cli.Main"));
        command.addAll(List.of(args));
        Process process = Child.limited(
                new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(stderr.toFile()).start());
        try {
            while (process.isAlive() && !reached(epoch, stderr)) {
                Thread.sleep(50);
            }
            assertTrue(process.isAlive() && reached(epoch, stderr), Files.readString(stderr));
        } finally {
            assertTrue(process.destroyForcibly().waitFor(60, TimeUnit.SECONDS));
        }
    }

    private static boolean reached(int epoch, Path stderr) throws IOException {
        return EPOCH.matcher(Files.readString(stderr)).results().anyMatch(line -> Integer.parseInt(line.group(1)) >= epoch);
    }

    private byte[] weights() throws IOException {
        return Files.readAllBytes(run().resolve("model.safetensors"));
    }

    private List<String> notes() {
        try (Vae vae = Vae.load(run(), new BackendChoice("cpu", 1))) {
            return vae.notes();
        }
    }

    @Test
    void killedBesideAFinishedModel_isResumedOrRefusedAndReadersSayWhatTheyRead() throws IOException, InterruptedException {
        Cli.run(train("1")).expect(Exit.OK);
        byte[] old = weights();
        assertFalse(Cli.run("eval", "--model", run().toString()).expect(Exit.OK).err().contains("did not end"));
        assertFalse(notes().stream().anyMatch(note -> note.contains("did not end")));

        Cli.Ran other = Cli.run(train("1", "--seed", "2")).expect(Exit.DATA);
        assertTrue(other.err().contains("holds the model of another run (train.seed was 1 and is 2 now)"), other.err());
        assertArrayEquals(old, weights());
        kill(2, train(LONG, "--seed", "2", "--force"));
        byte[] checkpoint = Files.readAllBytes(run().resolve("checkpoint.safetensors"));
        assertTrue(Cli.run(train("1", "--seed", "2")).expect(Exit.DATA).err().contains("holds a training that did not end; go on with --resume"));
        assertArrayEquals(checkpoint, Files.readAllBytes(run().resolve("checkpoint.safetensors")), "what a kill left is still there");
        assertArrayEquals(old, weights());
        Cli.Ran eval = Cli.run("eval", "--model", run().toString()).expect(Exit.OK);
        assertTrue(eval.err().contains("fvae: " + run() + " " + NOTE), eval.err());
        assertFalse(eval.out().contains("did not end"), "results only on stdout");
        assertTrue(notes().stream().anyMatch(note -> note.contains(NOTE)));

        kill(4, train(LONG, "--seed", "2", "--resume"));
        Cli.Ran done = Cli.run(train("1", "--seed", "2", "--resume"));
        done.expect(Exit.DATA); // fewer epochs than are done: what lies there stays as it is
        assertTrue(Cli.run("eval", "--model", run().toString()).expect(Exit.OK).err().contains(NOTE));
        long epochs = 1 + doneEpochs();
        Cli.Ran resumed = Cli.run(train(Long.toString(epochs), "--seed", "2", "--resume")).expect(Exit.OK);
        assertTrue(resumed.err().contains("fvae: " + run() + " holds a training that did not end; it goes on from its checkpoint"), resumed.err());
        assertFalse(Cli.run("eval", "--model", run().toString()).expect(Exit.OK).err().contains("did not end"));
        assertFalse(Cli.run(train(Long.toString(epochs), "--seed", "2", "--resume")).expect(Exit.OK).err().contains("did not end"));
        byte[] survivor = weights();
        Cli.run(train(Long.toString(epochs), "--seed", "2")).expect(Exit.OK); // it ended, so it may be replaced
        assertArrayEquals(survivor, weights(), "the killed run came to the model of one that was not");
    }

    /// As the trainer says when it is asked for less.
    private long doneEpochs() {
        String refused = Cli.run(train("1", "--seed", "2", "--resume")).expect(Exit.DATA).err();
        return (long) Double.parseDouble(refused.replaceFirst("(?s).*: ([0-9.]+) of its epochs are done.*", "$1"));
    }

    @Test
    void killedBeforeThereIsAModel_isNoModelButATraining() throws IOException, InterruptedException {
        kill(2, train(LONG));
        String err = Cli.run("eval", "--model", run().toString()).expect(Exit.DATA).err().strip();
        assertEquals("fvae: " + run() + " holds a training that did not end and no model yet; resume or repeat that run", err);
        assertTrue(Cli.run(train("1")).expect(Exit.DATA).err().contains("did not end"));
        Cli.run(train("1", "--force")).expect(Exit.OK); // as the refusal advises
        assertEquals(List.of(), leftovers());
    }

    private List<String> leftovers() throws IOException {
        try (var files = Files.list(run())) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.startsWith("unfinished") || name.contains(".tmp-")).toList();
        }
    }

    @Test
    void killedRbmBesideAFinishedOne_isNotReplacedByAForgottenResume() throws IOException, InterruptedException {
        Cli.run(rbm("1")).expect(Exit.OK);
        assertEquals(List.of(), leftovers());
        byte[] old = weights();
        kill(2, rbm(LONG, "--force"));
        String refused = Cli.run(rbm("1")).expect(Exit.DATA).err();
        assertTrue(refused.contains("holds a training that did not end; go on with --resume"), refused);
        assertArrayEquals(old, weights());
        String fewer = Cli.run(rbm("1", "--resume")).expect(Exit.DATA).err();
        assertTrue(fewer.contains("holds a training that did not end; it goes on from its checkpoint"), fewer);
        Cli.run(rbm("1", "--force")).expect(Exit.OK);
        assertEquals(List.of(), leftovers());
    }
}
