package dev.fusedvae.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.data.DataFiles;
import dev.fusedvae.tensors.NpyWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The small parts that commands are made of.
class PiecesTest {

    /// Values of R's qnorm.
    @Test
    void quantile_isTheInverseOfTheNormalDistribution() {
        assertEquals(0, NormalQuantile.of(0.5), 1e-12);
        assertEquals(1.959963984540054, NormalQuantile.of(0.975), 1e-8);
        assertEquals(-1.2815515655446004, NormalQuantile.of(0.1), 1e-8);
        assertEquals(-3.090232306167813, NormalQuantile.of(0.001), 1e-8);
        assertEquals(4.753424308822899, NormalQuantile.of(1 - 1e-6), 1e-7);
        assertThrows(IllegalArgumentException.class, () -> NormalQuantile.of(1));
    }

    @Test
    void manifold_growsRightAndUp() {
        float[][] codes = Manifold.codes(3);
        assertEquals(9, codes.length);
        assertEquals(0, codes[4][0], 1e-7f);
        assertEquals(-codes[0][0], codes[0][1], 1e-6f);
        assertEquals(codes[2][0], codes[0][1], 0f);
    }

    @Test
    void units_areShort() {
        assertEquals("999 B", Units.bytes(999));
        assertEquals("1.5 MiB", Units.bytes(3 << 19));
        assertEquals("151 k", Units.count(151_234));
        assertEquals("7", Units.count(7));
        assertEquals("2 min 5 s", Units.seconds(125));
    }

    @Test
    void spelling_findsTheNearestNameOrNone() {
        assertEquals(Optional.of("--latent"), Spelling.nearest("--latnet=3", List.of("--label-column", "--latent", "--data")));
        assertEquals(Optional.empty(), Spelling.nearest("nonsense", List.of("train", "eval")));
        assertEquals(Optional.of("linear_bias_act"), Spelling.nearest("linear_bias", List.of("linear_bias_act_sample", "linear_bias_act", "linear")));
        assertEquals(3, Spelling.distance("kitten", "sitting"));
        assertEquals(1, Spelling.distance("trian", "train"));
    }

    @Test
    void table_alignsItsColumns() {
        assertEquals(List.of("a   bb", "--  --", "xx   1"), new TextTable("a", "bb").right(1).row("xx", "1").lines());
    }

    @Test
    void colour_isForTerminalsThatDoNotDeclineIt() {
        assertTrue(new Terminal(System.out, System.err, Map.of(), true).colour());
        assertFalse(new Terminal(System.out, System.err, Map.of("NO_COLOR", "1"), true).colour());
        assertFalse(new Terminal(System.out, System.err, Map.of(), false).colour());
    }

    @Test
    void npy_readsBack(@TempDir Path dir) {
        Path file = dir.resolve("a.npy");
        NpyWriter.write(file, new float[][] {{1.5f, -2}, {Float.MIN_VALUE, 4}, {5, 6}});
        assertArrayEquals(new float[] {1.5f, -2, Float.MIN_VALUE, 4, 5, 6}, DataFiles.read(file).floats());
    }
}
