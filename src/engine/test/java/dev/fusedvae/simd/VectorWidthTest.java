package dev.fusedvae.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.Child;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Forks a JVM per vector width, because the width is fixed for the life of one.
class VectorWidthTest {
    /// With the options below, enough for C2 to have compiled every loop.
    private static final int ROUNDS = 60;

    private record Fork(int bits, Process process) {}

    @Test
    void everyWidth_givesTheSameBitsInterpretedAndCompiled() throws Exception {
        List<Fork> forks = new ArrayList<>();
        for (int bits : new int[] {128, 256, 512}) {
            forks.add(fork(bits, ROUNDS, "--add-modules=jdk.incubator.vector", "-Dfvae.vectorBits=" + bits));
        }
        forks.add(fork(0, 20, "--add-modules=jdk.incubator.vector", "-Dfvae.vectorBits=scalar"));
        assertSameChecksum(forks);
    }

    @Test
    void scalarPath_needsNoIncubatorModule() throws Exception {
        assertSameChecksum(List.of(fork(0, 1)));
    }

    private static Fork fork(int bits, int rounds, String... options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:-TieredCompilation", "-Xbatch", "-XX:CompileThreshold=200"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ElementwiseChecksum.class.getName()));
        command.add(Integer.toString(rounds));
        return new Fork(bits, Child.limited(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start()));
    }

    private static void assertSameChecksum(List<Fork> forks) throws IOException, InterruptedException {
        String checksum = Long.toHexString(ElementwiseChecksum.compute());
        for (Fork fork : forks) {
            String output = new String(fork.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            assertTrue(fork.process().waitFor(Child.MINUTES, TimeUnit.MINUTES), "the forked JVM did not end");
            assertEquals(fork.bits() + " " + checksum, output, "exit code " + fork.process().exitValue());
        }
    }
}
