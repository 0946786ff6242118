package dev.fusedvae.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.fusedvae.Child;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Results do not depend on the number of threads or the width of vectors.
class SameBitsTest {

    @Test
    void training_givesTheSameBitsOnAnyNumberOfThreads() {
        String one = TrainChecksum.of(1, 12);
        for (int threads : new int[] {2, 3, 5}) {
            assertEquals(one, TrainChecksum.of(threads, 12), threads + " threads");
        }
    }

    @Test
    void training_givesTheSameBitsTwice() {
        assertEquals(TrainChecksum.of(2, 5), TrainChecksum.of(2, 5));
    }

    @Test
    void training_givesTheSameBitsAtEveryVectorWidth_andInScalarCode() throws IOException, InterruptedException {
        String expected = TrainChecksum.of(1, TrainChecksum.STEPS);
        for (List<String> command : List.of(command("auto", false), command("128", true), command("256", true), command("512", true))) {
            Process process = Child.limited(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start());
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            assertEquals(0, process.waitFor(), () -> String.join(" ", command) + " printed " + printed);
            assertEquals(expected, printed, () -> String.join(" ", command));
        }
    }

    /// [TrainChecksum] in a JVM of its own: the width is fixed for the life of a JVM, and scalar without the module.
    private static List<String> command(String bits, boolean module) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        if (module) {
            command.add("--add-modules=jdk.incubator.vector");
        }
        command.addAll(List.of("-Dfvae.vectorBits=" + bits, "-cp", System.getProperty("java.class.path"), TrainChecksum.class.getName()));
        return command;
    }
}
