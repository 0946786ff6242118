package dev.fusedvae.backend.cuda.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The parsing of kernels' cards, and the grids that their launch lines give.
class KernelCardTest {
    private static final String CARD = """
            // linear_bias_act / 2_tiled      y = act(x Wᵀ + b)
            // shapes  x[B,K] W[N,K] b[N] y[B,N]   row-major fp32
            // launch  grid (⌈N/64⌉,⌈B/64⌉), block 256, smem 4·16·(64+64) B
            // fuses   linear, bias, act:
            //         the pre-activation never reaches memory
            #include "body.cuh"
            // launch  not a part of it
            """;

    private static KernelCard card(Path folder, String text) throws IOException {
        return KernelCard.read(Files.writeString(folder.resolve("2_tiled.cu"), text));
    }

    @Test
    void card_saysWhatAndHow(@TempDir Path folder) throws IOException {
        KernelCard card = card(folder, CARD);
        assertEquals("linear_bias_act/2_tiled", card.name());
        assertEquals("y = act(x Wᵀ + b)", card.formula());
        assertEquals("linear, bias, act: the pre-activation never reaches memory", card.lines().get("fuses"));
        assertEquals(new Grid(7, 2, 256, 8192), card.grid(Map.of("B", 128L, "N", 400L, "K", 784L)));
        assertEquals(new Grid(1, 1, 256, 8192), card.grid(Map.of("B", 1L, "N", 64L, "K", 1L)));
    }

    @Test
    void oneDimension_needsNoBrackets() {
        assertEquals(new Grid(12, 1, 256, 0), LaunchLine.parse("grid ⌈B·N/256⌉, block 256", "add/1_naive", Map.of("B", 100L, "N", 30L)));
    }

    @Test
    void badCards_areRefusedWithTheReason(@TempDir Path folder) throws IOException {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> card(folder, "#include <x>\n")).getMessage().contains("must open with a card"));
        String without = CARD.replace("// launch  grid", "// grid");
        assertTrue(assertThrows(IllegalArgumentException.class, () -> card(folder, without)).getMessage().contains("lacks its launch line"));
        KernelCard typo = card(folder, CARD.replace("N/64", "M/64"));
        String message = assertThrows(IllegalArgumentException.class, () -> typo.grid(Map.of("B", 1L))).getMessage();
        assertTrue(message.startsWith("the launch line of linear_bias_act/2_tiled names M; the dimensions of this op are [B]"), message);
    }
}
