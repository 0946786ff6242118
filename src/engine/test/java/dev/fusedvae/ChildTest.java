package dev.fusedvae;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ChildTest {

    /// A shell that waits for another process, both holding the pipe that is read from; more than once, since it is not to
    /// wake between the death of the one and its own.
    @RepeatedTest(10)
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void process_thatHangsIsEndedWithThoseItStarted() throws IOException, InterruptedException {
        Process process = Child.limited(new ProcessBuilder("sh", "-c", "sleep 1000; echo woken").start(), 200);
        assertEquals("", new String(process.getInputStream().readAllBytes()));
        assertEquals(137, process.waitFor());
    }
}
