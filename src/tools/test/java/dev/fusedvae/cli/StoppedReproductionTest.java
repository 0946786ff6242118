package dev.fusedvae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.Child;
import dev.fusedvae.results.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// `fvae reproduce` that is stopped, politely and not, comes to the figure of a run that was not.
class StoppedReproductionTest {
    private static final String[] CASES = {"reproduce", "linear-pca", "linear-ppca", "--epochs", "150", "--backend", "cpu"};

    @TempDir
    Path dir;

    private static String[] run(Path out, String... more) {
        List<String> words = new ArrayList<>(List.of(CASES));
        words.addAll(List.of("--out", out.toString()));
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }

    private Process start(Path out, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules", "jdk.incubator.vector", "-Djava.awt.headless=true", "-cp", System.getProperty("java.class.path"),
                "dev.fusedvae.cli.Main"));
        command.addAll(List.of(run(out, more)));
        return Child.limited(new ProcessBuilder(command).redirectOutput(dir.resolve("stdout").toFile()).redirectError(stderr().toFile()).start());
    }

    private Path stderr() {
        return dir.resolve("stderr");
    }

    /// Waits until the second case has trained an epoch beyond those it began with.
    private void awaitSecondCase(Process process) throws IOException, InterruptedException {
        while (process.isAlive()) {
            String text = Files.readString(stderr());
            int second = text.indexOf("linear-ppca: 150 epochs instead of");
            if (second >= 0 && text.indexOf("\nepoch ", second) >= 0) {
                return;
            }
            Thread.sleep(10);
        }
        throw new AssertionError("the second case was over, or never began: " + Files.readString(stderr()));
    }

    private static int end(Process process) throws InterruptedException {
        assertTrue(process.waitFor(Child.MINUTES, TimeUnit.MINUTES), "the process hangs");
        return process.exitValue();
    }

    private static JsonNode checks(Path out, String row) {
        return Json.read(out.resolve(row).resolve("result.json")).get("checks");
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void stoppedInItsSecondCaseAndKilled_itComesToTheSameFigures() throws IOException, InterruptedException {
        Path whole = dir.resolve("whole");
        Cli.run(run(whole, "--quiet")).expect(Exit.OK);

        Path out = dir.resolve("stopped");
        Process stopped = start(out);
        awaitSecondCase(stopped);
        assertEquals(0, new ProcessBuilder("kill", "-INT", Long.toString(stopped.pid())).start().waitFor());
        assertEquals(Exit.INTERRUPTED.code(), end(stopped), Files.readString(stderr()));
        String told = Files.readString(stderr());
        assertTrue(told.contains("fvae: interrupted in linear-ppca after") && told.contains("fvae: go on with: fvae reproduce ") && told.contains(" --resume"), told);
        assertFalse(told.contains("Exception"), told);
        assertTrue(Files.exists(out.resolve("linear-pca/result.json")) && !Files.exists(out.resolve("linear-ppca/result.json")));
        String first = Files.readString(out.resolve("linear-pca/result.json"));
        assertTrue(Cli.run(run(out)).expect(Exit.DATA).err().contains("go on with --resume"));

        Process killed = start(out, "--resume");
        awaitSecondCase(killed);
        killed.destroyForcibly();
        end(killed);
        Cli.run(run(out, "--resume", "--quiet")).expect(Exit.OK);

        assertEquals(first, Files.readString(out.resolve("linear-pca/result.json")), "the first case is kept");
        for (String row : List.of("linear-pca", "linear-ppca")) {
            assertEquals(checks(whole, row), checks(out, row), row);
        }
        try (var files = Files.list(out.resolve("linear-ppca"))) {
            assertEquals(List.of(), files.map(f -> f.getFileName().toString()).filter(f -> f.contains(".tmp-")).toList(), "leftovers of the kill");
        }
    }

    @Test
    void resultOfAnotherSetup_isRefusedBeforeAnythingRuns() throws IOException {
        Path out = dir.resolve("other");
        String[] three = {"reproduce", "linear-pca", "--epochs", "3", "--backend", "cpu", "--out", out.toString()};
        Cli.run(three).expect(Exit.OK);
        Path file = out.resolve("linear-pca/result.json");
        ObjectNode node = (ObjectNode) Json.read(file);
        node.put("identity", node.get("identity").asText().replace("latent=8", "latent=7"));
        Json.write(file, node);
        String altered = Files.readString(file);
        String[] both = {"reproduce", "ring", "linear-pca", "--epochs", "3", "--backend", "cpu", "--out", out.toString(), "--resume"};
        String err = Cli.run(both).expect(Exit.DATA).err().strip();
        assertTrue(err.contains("is the result of another setup than linear-pca/linear-pca, so there is nothing to go on with; choose another --out,"
                + " or start anew without --resume"), err);
        assertEquals(1, err.lines().count(), err);
        assertEquals(altered, Files.readString(file), "it is left as it was");
        assertFalse(Files.exists(out.resolve("ring")));
        Cli.run(three).expect(Exit.OK);
    }

    /// The checkpoint is refused, so the result that lies there stays.
    @Test
    void fewerEpochsThanWereDone_areRefusedAndLoseNothing() throws IOException {
        Path out = dir.resolve("fewer");
        String[] five = {"reproduce", "linear-pca", "--epochs", "5", "--backend", "cpu", "--out", out.toString()};
        Cli.run(five).expect(Exit.OK);
        String result = Files.readString(out.resolve("linear-pca/result.json"));
        String err = Cli.run("reproduce", "linear-pca", "--epochs", "3", "--backend", "cpu", "--out", out.toString(), "--resume").expect(Exit.DATA).err();
        assertTrue(err.contains("5.0 of its epochs are done, but only 3 were asked for"), err);
        assertEquals(result, Files.readString(out.resolve("linear-pca/result.json")));
    }
}
