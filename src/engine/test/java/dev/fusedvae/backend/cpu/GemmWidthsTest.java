package dev.fusedvae.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.fusedvae.Child;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GemmWidthsTest {

    @Test
    void checksum_isTheSameAtEveryWidth_andWithoutTheModule() throws IOException, InterruptedException {
        String scalar = run("scalar", true);
        assertEquals("0", scalar.split(" ")[0]);
        assertEquals(scalar, run("auto", false));
        String checksum = scalar.split(" ")[1];
        for (String bits : List.of("128", "256", "512")) {
            assertEquals(bits + " " + checksum, run(bits, true));
        }
    }

    /// Runs [GemmChecksum] in a JVM of its own: the width is fixed for the life of a JVM.
    private static String run(String bits, boolean module) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (module) {
            command.add("--add-modules=jdk.incubator.vector");
        }
        command.addAll(List.of("-Dfvae.vectorBits=" + bits, "-cp", System.getProperty("java.class.path"),
                GemmChecksum.class.getName()));
        Process process = Child.limited(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start());
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertEquals(0, process.waitFor(), () -> String.join(" ", command) + " printed " + printed);
        return printed;
    }
}
