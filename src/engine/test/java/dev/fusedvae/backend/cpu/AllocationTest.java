package dev.fusedvae.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.fusedvae.Child;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// `run` allocates nothing, on any thread.
class AllocationTest {
    private static final int JVMS = 4;

    /// Without vectors, so that every byte is ours; without noise and binarization, whose scalar twins make their words
    /// in small arrays.
    @Test
    void run_allocatesNothingAtAnyLevel_norWithANewEpoch() throws IOException, InterruptedException {
        for (String line : measure("-Dfvae.vectorBits=scalar", "autoencoder", "none", "epilogue", "layer")) {
            assertSteady(line);
        }
    }

    /// With vectors the compiler may leave some boxed, for the life of a JVM, depending on when it got to see which loop
    /// (one JVM in five on a busy machine). What is ours is there in every JVM, so one without a byte is the proof.
    @Test
    void run_allocatesNothingWithVectorsNoiseAndBinarization() throws IOException, InterruptedException {
        String line = "";
        for (int jvm = 0; jvm < JVMS && !line.equals("0"); jvm++) {
            line = measure("-Dfvae.vectorBits=auto", "vae", "layer").getFirst();
        }
        assertSteady(line);
    }

    private static void assertSteady(String line) {
        assertEquals("0", line, "bytes in 250 steps, both threads");
    }

    private static List<String> measure(String option, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector", option, "-cp", System.getProperty("java.class.path"), SteadyState.class.getName()));
        command.addAll(List.of(arguments));
        Process process = Child.limited(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start());
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertEquals(0, process.waitFor(), printed);
        assertEquals(arguments.length - 1, printed.lines().count());
        return printed.lines().toList();
    }
}
