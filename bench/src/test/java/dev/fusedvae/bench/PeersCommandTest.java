package dev.fusedvae.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.cuda.driver.Probe;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class PeersCommandTest {
    @Test
    void gpuThatIsReady_isSaidToBeLeftOut_inOneLine() {
        assertEquals(Optional.of("a GPU is ready (NVIDIA H200), but this contest runs our CPU path only; bench/gpu/run measures the engine and its peers on the GPU"),
                PeersCommand.gpuNote(new Probe.Outcome.Ready("sm_90", "NVIDIA H200")));
    }

    @Test
    void whereNoGpuIs_nothingIsSaid() {
        assertEquals(Optional.empty(), PeersCommand.gpuNote(new Probe.Outcome.Ready("simt", "SIMT device")));
        assertEquals(Optional.empty(), PeersCommand.gpuNote(new Probe.Outcome.Refused("there is no driver", "use cpu")));
    }

    @Test
    void help_saysWhereTheGpuIsMeasured() {
        assertTrue(new CommandLine(new PeersCommand()).getUsageMessage().replaceAll("\\s+", " ")
                .contains("Runs our CPU path only, also where a GPU is ready: bench/gpu/run measures there."));
    }
}
