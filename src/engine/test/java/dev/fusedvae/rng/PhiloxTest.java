package dev.fusedvae.rng;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PhiloxTest {

    private static int[] words(int c0, int c1, int c2, int c3, int k0, int k1) {
        int[] out = new int[6];
        Philox.words(c0, c1, c2, c3, k0, k1, out, 1);
        assertEquals(0, out[0]);
        assertEquals(0, out[5]);
        return Arrays.copyOfRange(out, 1, 5);
    }

    @Test
    void words_areThoseOfThePublishedKnownAnswers() {
        assertArrayEquals(new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, words(0, 0, 0, 0, 0, 0));
        assertArrayEquals(new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}, words(-1, -1, -1, -1, -1, -1));
        assertArrayEquals(new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
                words(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0));
    }

    /// Measured from curandCreateGeneratorHost(PHILOX4_32_10), seed 1234: its groups 0 and 1 are subsequences 0 and 1.
    @Test
    void words_areThoseOfCurandsHostGenerator() {
        assertArrayEquals(new int[] {0x2090b348, 0xda7cf0ab, 0x4401906f, 0xcbca470e}, words(0, 0, 0, 0, 1234, 0));
        assertArrayEquals(new int[] {0xd115a128, 0x52fc7c75}, Arrays.copyOf(words(0, 0, 1, 0, 1234, 0), 2));
    }

    /// cuRAND's counter is one 128-bit number: subsequence · 2^64 + offset / 4.
    @Test
    void stream_namesCurandsSubsequenceAndOffsetBelowRow2To30() {
        for (long row : new long[] {0, 1, 127, (1L << 30) - 1}) {
            for (long step : new long[] {0, 9, (1L << 32) + 5, (1L << 48) - 1}) {
                for (int column : new int[] {0, 3, 4, 783, Integer.MAX_VALUE}) {
                    Stream stream = new Stream(0x0123456789abcdefL, Purpose.GIBBS, 200);
                    long subsequence = (stream.counter3(step) & 0xFFFFFFFFL) << 32 | stream.counter2(step) & 0xFFFFFFFFL;
                    long offset = 4 * ((row << 32) + column / 4); // as unsigned: below 2^64 for row < 2^30
                    BigInteger counter = unsigned(subsequence).shiftLeft(64).add(unsigned(offset).shiftRight(2));
                    int[] ours = new int[4];
                    stream.words(step, row, Stream.counter0(column), ours, 0);
                    assertArrayEquals(words(counter.intValue(), counter.shiftRight(32).intValue(),
                            counter.shiftRight(64).intValue(), counter.shiftRight(96).intValue(),
                            0x89abcdef, 0x01234567), ours);
                }
            }
        }
    }

    private static BigInteger unsigned(long x) {
        return new BigInteger(Long.toUnsignedString(x));
    }
}
