package dev.fusedvae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fusedvae.backend.cuda.driver.Probe;
import dev.fusedvae.check.Defect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `fvae kernels` and `fvae kernels show`, with and without figures of compiled kernels.
class KernelsCommandTest {

    @Test
    void kernels_listsEveryVariantWithFormulaAndLaunch() throws IOException {
        JsonNode all = Cli.run("kernels", "--json").expect(Exit.OK).json().get("kernels");
        List<String> table = Cli.run("kernels").expect(Exit.OK).out().lines().toList();
        try (var files = Files.walk(Path.of("kernels"), 2)) {
            assertEquals(files.filter(f -> f.getFileName().toString().matches("[0-9]+_\\w+\\.cu")).count(), all.size());
        }
        assertEquals(all.size() + 2, table.size());
        for (JsonNode kernel : all) {
            assertTrue(kernel.get("launch").asText().startsWith("grid ") && !kernel.get("formula").asText().isEmpty(), kernel.toString());
            String name = kernel.get("op").asText() + "/" + kernel.get("variant").asText();
            assertTrue(table.stream().anyMatch(l -> l.startsWith(name + " ") && l.contains(kernel.get("formula").asText())), name);
        }
    }

    /// The environment of the tests has no nvcc: figures come from where they are packed or kept, or the reason is given.
    @Test
    void show_givesTheCardAndFiguresOrTheReason() {
        JsonNode shown = Cli.run("kernels", "show", "linear_bias_act", "--json").expect(Exit.OK).json().get("kernels");
        assertEquals(4, shown.size());
        assertTrue(shown.at("/1/takes").asText().startsWith("B >= 32, N >= 32"), shown.toString());
        for (JsonNode kernel : shown) {
            assertTrue(kernel.get("architectures").size() == 5 ^ kernel.has("reason"), kernel.toString());
        }
        String text = Cli.run("kernels", "show", "add/1_naive").expect(Exit.OK).out();
        assertTrue(text.startsWith("add/1_naive   out = a + b\n") && text.contains("\n  launch  grid ⌈B·N/256⌉, block 256\n"), text);
        assertTrue(text.contains("no figures: there is no image of kernel add/1_naive for sm_") ^ text.contains("architecture  registers"), text);
    }

    /// A finding ends with the command that shows it again, and that has to find the same kernel on the same device.
    @Test
    void commandThatRepeatsAFinding_namesDeviceAndKernels() {
        VerifyDevice on = VerifyDevice.of(Optional.of("cuda"), Optional.of(Path.of("my-kernels")), Map.of(Probe.VARIABLE, "simt"), note -> { });
        Defect defect = new Defect("add/2_mine", "1x1-1-1", "SIMT device", Defect.Guard.POISON, "wrong");
        assertEquals("poison: add/2_mine at 1x1-1-1 on SIMT device: wrong; repeat it with `FVAE_CUDA=simt fvae verify add/2_mine --shape 1x1-1-1 --backend cuda --kernels my-kernels`",
                on.line(defect));
        Defect cpu = new Defect("add", "1x1-1-1", "cpu", Defect.Guard.POISON, "wrong");
        assertEquals("fvae verify add --shape 1x1-1-1 --backend cpu", VerifyDevice.of(Optional.of("cpu"), Optional.empty(), Map.of(), note -> { }).again(cpu));
    }

    @Test
    void variantsOfAnotherFolder_areListedToo(@TempDir Path folder) throws IOException {
        Path mine = Files.createDirectory(folder.resolve("add")).resolve("9_mine.cu");
        Files.writeString(mine, Files.readString(Path.of("kernels/add/1_naive.cu")).replace("add / 1_naive", "add / 9_mine"));
        assertTrue(Cli.run("kernels", "--kernels", folder.toString()).expect(Exit.OK).out().contains("\nadd/9_mine "));
    }
}
