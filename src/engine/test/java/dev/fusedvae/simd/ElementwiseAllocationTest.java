package dev.fusedvae.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.Child;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ElementwiseAllocationTest {
    private static final int JVMS = 3;

    /// A boxed vector is 32 bytes or more, several per loop iteration: a call that boxes allocates kilobytes. In JVMs of
    /// their own, and a loop is refused if it boxes in all of them: in one it may, for good, because C2 had compiled a
    /// function such as exp by itself before it saw the loop, and then calls it instead of inlining it.
    @Test
    void loops_allocateNothingOnceCompiled() throws IOException, InterruptedException {
        Set<String> boxed = boxed();
        for (int jvm = 1; jvm < JVMS && !boxed.isEmpty(); jvm++) {
            boxed.retainAll(boxed());
        }
        assertEquals(Set.of(), boxed);
    }

    /// The loops that box in one JVM.
    private static Set<String> boxed() throws IOException, InterruptedException {
        Process process = Child.limited(new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector", "-cp", System.getProperty("java.class.path"), ElementwiseAllocation.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD).start());
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertEquals(0, process.waitFor(), printed);
        assertTrue(printed.endsWith(ElementwiseCalls.all(32, ElementwiseCalls.TILE).size() + " loops measured"), printed);
        return printed.lines().filter(line -> line.contains(" allocates ")).map(line -> line.substring(0, line.indexOf(" allocates ")))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
