package dev.fusedvae.rng;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.fusedvae.Child;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The width of vectors is constant for the life of a JVM, so each gets one of its own.
class NoiseWidthsTest {

    @ParameterizedTest
    @CsvSource({"scalar, 0", "128, 128", "256, 256", "512, 512"})
    void noise_hasTheSameBitsAtEveryVectorWidth(String request, int bits) throws IOException, InterruptedException {
        assertEquals(line(bits), run("--add-modules", "jdk.incubator.vector", "-Dfvae.vectorBits=" + request));
    }

    @Test
    void noise_hasTheSameBitsWithoutTheVectorModule() throws IOException, InterruptedException {
        assertEquals(line(0), run());
    }

    private static String line(int bits) {
        return "%d %016x".formatted(bits, NoiseChecksum.checksum());
    }

    /// What [NoiseChecksum] prints in a JVM with these options, warnings included if it fails.
    private static String run(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), NoiseChecksum.class.getName()));
        Process process = Child.limited(new ProcessBuilder(command).redirectErrorStream(true).start());
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output.lines().filter(line -> !line.startsWith("WARNING")).reduce((first, last) -> last).orElse(output);
    }
}
