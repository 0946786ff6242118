package dev.fusedvae.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Forks a JVM per vector width, because the width is fixed for the life of one.
class VectorWidthTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource({"scalar, 0", "128, 128", "256, 256", "512, 512"})
    void everyWidth_givesTheSameBits(String request, int bits) throws Exception {
        assertEquals(
                bits + " " + Long.toHexString(ElementwiseChecksum.compute()),
                run(List.of("--add-modules=jdk.incubator.vector", "-Dfvae.vectorBits=" + request)));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource("no module, 0")
    void scalarPath_needsNoIncubatorModule(String name, int bits) throws Exception {
        assertEquals(bits + " " + Long.toHexString(ElementwiseChecksum.compute()), run(List.of()));
    }

    private static String run(List<String> options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1"); // a second of run time: C1 alone is quicker to start
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ElementwiseChecksum.class.getName()));
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the forked JVM did not end");
        assertEquals(0, process.exitValue(), output);
        return output;
    }
}
