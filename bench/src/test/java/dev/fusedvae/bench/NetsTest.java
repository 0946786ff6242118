package dev.fusedvae.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.spec.FusionLevel;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NetsTest {
    /// Every grey there is, more than once, and no two rows alike.
    private static final Examples BYTES = bytes();

    private static Examples bytes() {
        byte[] pixels = new byte[64 * 36];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i * 37 + i / 256);
        }
        return Nets.pixels(pixels, 36);
    }

    @Test
    void floats_areTheBytesOverTheirScale_toTheBit() {
        Examples.Floats floats = assertInstanceOf(Examples.Floats.class, Nets.floats(BYTES));
        assertEquals(256, Arrays.stream(range(floats.values().length)).mapToObj(i -> floats.values()[i]).distinct().count());
        for (int i = 0; i < floats.values().length; i++) {
            assertEquals(((byte) (i * 37 + i / 256) & 0xff) / 255f, floats.values()[i]);
            assertEquals(BYTES.value(i / 36, i % 36), floats.value(i / 36, i % 36));
        }
        assertEquals(0, floats.offset());
        assertEquals(1, floats.divisor());
    }

    private static int[] range(int n) {
        int[] all = new int[n];
        Arrays.setAll(all, i -> i);
        return all;
    }

    @ParameterizedTest
    @EnumSource(FusionLevel.class)
    void floats_giveTheLossesAndMeansOfBytes_toTheBit(FusionLevel level) {
        Side side = new Side("cpu", Fusion.of(level), () -> new CpuBackend(2));
        double[] losses = losses(side, BYTES);
        assertTrue(losses[0] > 0 && losses[0] != losses[1], Arrays.toString(losses));
        assertArrayEquals(losses, losses(side, Nets.floats(BYTES)));
        assertArrayEquals(means(side, BYTES), means(side, Nets.floats(BYTES)));
    }

    private static double[] losses(Side side, Examples examples) {
        try (Contestant ours = Contestant.training(side, new Course("36-8-2", 4, examples, Contestant.WINDOW), 1)) {
            return ours.losses(Proof.SHOWN);
        }
    }

    private static float[] means(Side side, Examples examples) {
        try (Contestant ours = Contestant.encoder(side, new Course("36-8-2", 7, examples, Contestant.WINDOW))) {
            return ours.means();
        }
    }
}
