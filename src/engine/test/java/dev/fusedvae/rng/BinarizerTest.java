package dev.fusedvae.rng;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.fusedvae.simd.Simd;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BinarizerTest {
    private static final Stream STREAM = new Stream(5, Purpose.BINARIZATION, 0);
    private static final int[] COUNTS = {0, 1, 2, 3, 4, 5, 13, 31, 32, 33, 207, 255, 256, 257, 784, 1000};

    @Test
    void byteLaw_isWordBelowTheIntegerThreshold() {
        for (int v = 0; v <= 255; v++) {
            long threshold = v == 255 ? 1L << 32 : ((long) v << 32) / 255;
            for (long word : new long[] {0, threshold - 1, threshold, threshold + 1, (1L << 32) - 1}) {
                if (word >= 0 && word < 1L << 32) {
                    assertEquals(word < threshold ? 1f : 0f, Binarizer.draw((int) word, (byte) v), v + " " + word);
                }
            }
        }
        assertEquals(0f, Binarizer.draw(0, (byte) 0));
        assertEquals(1f, Binarizer.draw(-1, (byte) 255));
    }

    @Test
    void floatLaw_isWordBelowTheIntegerThreshold() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 2000; i++) {
            float x = (float) (random.nextDouble() * Math.pow(2, -random.nextInt(40)));
            BigInteger threshold = new BigDecimal(x).multiply(new BigDecimal(1L << 32)).toBigInteger();
            for (long word : new long[] {0, threshold.longValue() - 1, threshold.longValue(), random.nextLong(1L << 32)}) {
                if (word >= 0 && word < 1L << 32) {
                    float expected = BigInteger.valueOf(word).compareTo(threshold) < 0 ? 1f : 0f;
                    assertEquals(expected, Binarizer.draw((int) word, x), x + " " + word);
                }
            }
        }
        for (float never : new float[] {0, -0f, -1, Float.MIN_VALUE, Float.NaN, Float.NEGATIVE_INFINITY}) {
            assertEquals(0f, Binarizer.draw(0, never));
        }
        for (float always : new float[] {1, 1.5f, 1e30f, Float.POSITIVE_INFINITY}) {
            assertEquals(1f, Binarizer.draw(-1, always));
        }
    }

    @Test
    void bytes_haveTheBitsOfTheScalarTwinAndWriteNothingElse() {
        byte[] pixels = new byte[1100];
        new java.util.Random(3).nextBytes(pixels);
        for (int count : COUNTS) {
            float[] expected = poisoned(count);
            float[] scalar = expected.clone();
            float[] out = expected.clone();
            int[] words = new int[4];
            for (int c = 0; c < count; c++) {
                STREAM.words(1L << 33, 77, c / 4, words, 0);
                expected[3 + c / 32 * 96 + c % 32] = Binarizer.draw(words[c % 4], pixels[9 + c]);
            }
            Binarizer.scalar(STREAM, 1L << 33, 77, pixels, 9, Strips.of(count, 32, 0, 96), scalar, 3);
            Binarizer.binarize(STREAM, 1L << 33, 77, pixels, 9, Strips.of(count, 32, 0, 96), out, 3);
            assertArrayEquals(expected, scalar, "count " + count);
            assertArrayEquals(expected, out, "count " + count + " at " + Simd.bits() + " bits");
        }
    }

    @Test
    void floats_haveTheBitsOfTheScalarTwinAndWriteNothingElse() {
        SplittableRandom random = new SplittableRandom(4);
        float[] odd = {0, -0f, -1, 1, 1 - 0x1p-24f, 1.5f, 1e30f, Float.NaN, Float.MIN_VALUE, 0x1p-32f, 0x1p-16f,
            Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        float[] pixels = new float[1100];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = i % 3 == 0 ? odd[random.nextInt(odd.length)] : (float) random.nextDouble();
        }
        for (int count : COUNTS) {
            float[] expected = poisoned(count);
            float[] out = expected.clone();
            for (long step = 0; step < 20; step++) {
                Binarizer.scalar(STREAM, step, 3, pixels, 9, Strips.of(count, 32, 0, 96), expected, 3);
                Binarizer.binarize(STREAM, step, 3, pixels, 9, Strips.of(count, 32, 0, 96), out, 3);
                assertArrayEquals(expected, out, "count " + count + " at " + Simd.bits() + " bits");
            }
        }
    }

    /// Random words leave the last bits of a threshold alone; these words lie on it.
    @Test
    void vectorLaw_isExactAtTheThreshold() {
        int[] words = new int[4];
        float[] pixels = new float[4096];
        for (int c = 0; c < pixels.length; c++) {
            STREAM.words(0, 0, c / 4, words, 0);
            float nearest = (float) (Integer.toUnsignedLong(words[c % 4]) * 0x1p-32);
            pixels[c] = c % 3 == 0 ? nearest : c % 3 == 1 ? Math.nextUp(nearest) : Math.nextDown(nearest);
        }
        float[] expected = new float[pixels.length];
        float[] out = new float[pixels.length];
        Binarizer.scalar(STREAM, 0, 0, pixels, 0, Strips.rowMajor(pixels.length), expected, 0);
        Binarizer.binarize(STREAM, 0, 0, pixels, 0, pixels.length, out, 0);
        assertArrayEquals(expected, out);
    }

    @Test
    void frequency_isThePixel() {
        int n = 1 << 16;
        for (int v : new int[] {0, 1, 64, 128, 254, 255}) {
            byte[] pixels = new byte[n];
            Arrays.fill(pixels, (byte) v);
            float[] out = new float[n];
            Binarizer.binarize(STREAM, 2, 1, pixels, 0, n, out, 0);
            double p = v / 255.0;
            assertEquals(p, Statistics.moment(out, 1), 4 * Math.sqrt(p * (1 - p) / n), "pixel " + v);
        }
    }

    @Test
    void badRows_areRefusedWithTheFix() {
        StreamTest.assertMessage("pixels must hold 5 values from 6, got 10",
                () -> Binarizer.binarize(STREAM, 0, 0, new byte[10], 6, 5, new float[10], 0));
        StreamTest.assertMessage("out must hold 1 x 5 floats from 6, rows 5 apart: 11 floats needed, got 10",
                () -> Binarizer.binarize(STREAM, 0, 0, new float[10], 0, 5, new float[10], 6));
    }

    private static float[] poisoned(int count) {
        float[] out = new float[3 + (count / 32 + 1) * 96 + 40];
        Arrays.fill(out, -7);
        return out;
    }
}
