package dev.fusedvae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.Child;
import dev.fusedvae.results.Json;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What only a process of its own shows: exit codes, streams, signals, starting time.
class ForkedTest {
    @TempDir
    Path dir;

    private Process start(String... args) throws IOException {
        return start(Map.of(), args);
    }

    private Process start(Map<String, String> variables, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules", "jdk.incubator.vector", "-Djava.awt.headless=true", "-cp", System.getProperty("java.class.path"),
                "dev.fusedvae.cli.Main"));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).directory(dir.toFile()).redirectOutput(file("stdout")).redirectError(file("stderr"));
        builder.environment().putAll(variables);
        return Child.limited(builder.start());
    }

    private File file(String name) {
        return dir.resolve(name).toFile();
    }

    private String text(String name) throws IOException {
        return Files.readString(dir.resolve(name));
    }

    private static int end(Process process) throws InterruptedException {
        assertTrue(process.waitFor(Child.MINUTES, TimeUnit.MINUTES), "the process hangs");
        return process.exitValue();
    }

    @Test
    void exitCodesReachTheShell() throws IOException, InterruptedException {
        assertEquals(Exit.DATA.code(), end(start("train", "--data", "nosuch")));
        assertEquals("", text("stdout"));
        assertTrue(text("stderr").contains("fvae: 'nosuch' is neither"), text("stderr"));
    }

    @Test
    void json_isTheOnlyThingOnStdout() throws IOException, InterruptedException {
        assertEquals(0, end(start("train", "--data", "digits", "--epochs", "1", "--hidden", "8", "--json")));
        assertEquals(1, Json.parse(text("stdout"), "stdout").get("epochs").asInt());
        assertTrue(text("stderr").contains("epoch 1/1"), text("stderr"));
        assertFalse(text("stderr").contains("\r"), "no progress bar into a file");
    }

    @Test
    void explain_takesThePathThatTheVariableNames() throws IOException, InterruptedException {
        assertEquals(0, end(start(Map.of("FVAE_BACKEND", "reference"), "explain", "--data", "digits", "--hidden", "8")));
        assertTrue(text("stdout").contains("Memory on the reference path: "), text("stdout"));
        assertEquals(0, end(start(Map.of("FVAE_BACKEND", "reference"), "explain", "--data", "digits", "--hidden", "8", "--backend", "cpu")));
        assertTrue(text("stdout").contains("Memory on the cpu path: "), text("stdout"));
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void interrupt_leavesACheckpointThatResumes() throws IOException, InterruptedException {
        String[] train = {"train", "--data", "digits", "--epochs", "1000000", "--hidden", "8", "--out", "run"};
        Process process = start(train);
        await(process, "epoch 2/");
        assertEquals(0, new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor());
        assertEquals(Exit.INTERRUPTED.code(), end(process));
        assertTrue(text("stderr").contains("--out run --resume"), text("stderr"));
        assertFalse(text("stderr").contains("Exception"), text("stderr"));
        assertEquals("", text("stdout"));

        Process refused = start(train);
        assertEquals(Exit.DATA.code(), end(refused), "a forgotten --resume does not overwrite the checkpoint");

        Process resumed = start("train", "--data", "digits", "--epochs", "1000000", "--hidden", "8", "--out", "run", "--resume");
        await(resumed, "resumed after step");
        resumed.destroyForcibly();
        end(resumed);
    }

    private void await(Process process, String text) throws IOException, InterruptedException {
        while (process.isAlive() && !text("stderr").contains(text)) {
            Thread.sleep(50);
        }
        assertTrue(text("stderr").contains(text), text("stderr"));
    }
}
