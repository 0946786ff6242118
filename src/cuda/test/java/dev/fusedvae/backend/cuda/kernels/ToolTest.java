package dev.fusedvae.backend.cuda.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs({OS.LINUX, OS.MAC})
class ToolTest {
    private static final Tool SHELL = Tool.find("sh", System.getenv()).orElseThrow();

    @Test
    void output_andSuccess_areThoseOfTheTool() {
        assertEquals(new Tool.Result(true, "a\nb\n"), SHELL.run(List.of("-c", "echo $first; echo b >&2"), Map.of("first", "a"), 60));
        assertEquals(new Tool.Result(false, ""), SHELL.run(List.of("-c", "exit 3")));
    }

    /// nvcc and g++ start other processes and wait for them; all of these hold the pipe from which the output is read.
    @Test
    void toolThatHangs_isEndedWithThoseItStarted_andSaysSo() {
        Tool.Result hung = SHELL.run(List.of("-c", "echo begun; sleep 1000; echo woken"), Map.of(), 1);
        assertTrue(!hung.ok() && hung.output().equals("begun\n" + SHELL.path() + " was ended: it had not come to an end in 1 s\n"), hung.output());
    }
}
