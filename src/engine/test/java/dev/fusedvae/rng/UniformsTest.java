package dev.fusedvae.rng;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class UniformsTest {
    private static final Stream STREAM = new Stream(7, Purpose.INIT, 2);

    @Test
    void of_isTheTop24Bits() {
        assertEquals(0f, Uniforms.of(0xFF));
        assertEquals(0x1p-24f, Uniforms.of(0x100));
        assertEquals(0.5f, Uniforms.of(0x80000000));
        assertEquals(1 - 0x1p-24f, Uniforms.of(-1));
    }

    @Test
    void fill_takesTheWordOfEachColumnAndWritesNothingElse() {
        for (int columns : new int[] {0, 1, 3, 4, 5, 13, 207}) {
            float[] out = new float[columns + 4];
            Arrays.fill(out, 99);
            Uniforms.fill(STREAM, 1, 2, columns, out, 2, -0.5f, 0.5f);
            int[] words = new int[4];
            for (int c = 0; c < columns; c++) {
                Philox.words(c / 4, 2, 1, 6 << 24 | 2 << 16, 7, 0, words, 0);
                assertEquals(Uniforms.of(words[c % 4]) - 0.5f, out[2 + c]);
            }
            assertTrue(out[0] == 99 && out[1] == 99 && out[columns + 2] == 99 && out[columns + 3] == 99);
        }
    }

    @Test
    void distribution_isUniform() {
        int n = 1 << 18;
        float[] u = new float[n];
        Uniforms.fill(STREAM, 0, 0, n, u, 0, 0, 1);
        double sigma = 1 / Math.sqrt(n);
        assertEquals(1 / 2.0, Statistics.moment(u, 1), 4 * Math.sqrt(1 / 12.0) * sigma);
        assertEquals(1 / 3.0, Statistics.moment(u, 2), 4 * Math.sqrt(4 / 45.0) * sigma);
        double distance = Statistics.kolmogorovSmirnov(u, x -> x);
        assertTrue(distance < 1.95, "Kolmogorov-Smirnov " + distance);
    }

    @Test
    void symmetricRange_neverReachesItsUpperEnd() {
        for (float a : new float[] {1, 0x1.fffffep-3f, (float) (1 / Math.sqrt(784)), 1e-30f}) {
            assertTrue(Math.fma(Uniforms.of(-1), a - -a, -a) < a);
            assertEquals(-a, Math.fma(Uniforms.of(0), a - -a, -a));
        }
    }

    @Test
    void badRanges_areRefused() {
        StreamTest.assertMessage("lo and hi must be finite with lo <= hi, got 1.0 and 0.0",
                () -> Uniforms.fill(STREAM, 0, 0, 1, new float[1], 0, 1, 0));
        StreamTest.assertMessage("lo and hi must be finite with lo <= hi, got NaN and 0.0",
                () -> Uniforms.fill(STREAM, 0, 0, 1, new float[1], 0, Float.NaN, 0));
    }
}
