package dev.fusedvae.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ElementwiseAllocationTest {
    private static final Pattern SAMPLES = Pattern.compile("(sample|logRatio|sampleBackward|ratioBackward|klPrior|klBackward|klColumns)\\b");

    /// A boxed vector is 32 bytes or more, several per loop iteration: a call that boxes allocates kilobytes. In a JVM of its
    /// own: whether the compiler leaves a vector boxed, for good, also depends on what it compiled before.
    @Test
    void loops_allocateNothingOnceCompiled() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector", "-cp", System.getProperty("java.class.path"), ElementwiseAllocation.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertEquals(0, process.waitFor(), printed);
        assertTrue(printed.endsWith(ElementwiseCalls.all(32, ElementwiseCalls.TILE).size() + " loops measured"), printed);
        List<String> boxed = printed.lines().filter(line -> line.contains(" allocates ")).toList();
        assertEquals(List.of(), boxed.stream().filter(line -> !SAMPLES.matcher(line).lookingAt()).toList());
        // Open: by the time these are compiled, C2 may have compiled exp by itself and then call it instead of inlining it.
        assumeTrue(boxed.isEmpty(), () -> "skipped: the compiler left vectors boxed in " + boxed);
    }
}
