package dev.fusedvae.rng;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PermutationTest {

    private static int[] all(long seed, long epoch, int n) {
        Permutation permutation = new Permutation(seed, epoch, n);
        return IntStream.range(0, n).map(permutation::index).toArray();
    }

    @Test
    void index_isABijection() {
        int[] sizes = {1, 2, 3, 4, 5, 13, 207, 255, 256, 257, 1023, 1024, 1025, 4095, 4096, 4097, 16385, 60_000, 65_537};
        for (int n : sizes) {
            for (long epoch = 0; epoch < 3; epoch++) {
                BitSet seen = new BitSet(n);
                for (int index : all(1234, epoch, n)) {
                    assertTrue(index >= 0 && index < n);
                    seen.set(index);
                }
                assertEquals(n, seen.cardinality(), "n " + n);
            }
        }
    }

    @Test
    void largestSizes_stayInRangeAndDoNotRepeat() {
        for (int n : new int[] {(1 << 30) - 1, 1 << 30, (1 << 30) + 1, Integer.MAX_VALUE}) {
            Permutation permutation = new Permutation(9, 1, n);
            int[] indices = IntStream.range(0, 2000).map(i -> permutation.index(i % 2 == 0 ? i : n - i)).sorted().toArray();
            assertTrue(indices[0] >= 0 && indices[1999] < n);
            assertEquals(2000, IntStream.of(indices).distinct().count());
        }
    }

    /// The order is part of the law: checkpoints and kernels rely on it. Values from an independent program.
    @Test
    void index_isPinned() {
        assertArrayEquals(new int[] {4, 9, 6, 1, 8, 7, 0, 2, 3, 5}, all(1234, 0, 10));
        assertArrayEquals(new int[] {26375, 33126, 3759, 20075, 27778, 29194, 18694, 17370},
                Arrays.copyOf(all(1234, (1L << 32) + 7, 60_000), 8));
        Permutation largest = new Permutation(5, 3, Integer.MAX_VALUE);
        assertArrayEquals(new int[] {606901572, 517496480, 1452105920, 1700771134},
                IntStream.range(0, 4).map(largest::index).toArray());
    }

    @Test
    void seedsAndEpochs_giveDifferentOrders() {
        int[] order = all(1, 0, 100);
        assertArrayEquals(order, all(1, 0, 100));
        for (int[] other : new int[][] {all(2, 0, 100), all(1, 1, 100), all(1L << 32, 0, 100), all(1, 1L << 32, 100)}) {
            assertFalse(Arrays.equals(order, other));
        }
    }

    @Test
    void turnTo_isTheOrderOfThatEpoch() {
        Permutation permutation = new Permutation(9, 4, 100);
        for (long epoch : new long[] {5, 0, 1L << 40}) {
            permutation.turnTo(epoch);
            assertArrayEquals(all(9, epoch, 100), IntStream.range(0, 100).map(permutation::index).toArray());
        }
        StreamTest.assertMessage("epoch must be in [0, 2^48), got -1", () -> permutation.turnTo(-1));
    }

    /// Every (position, index) of a random order is equally likely. Because each row and column of counts adds up to
    /// the number of orders, (n − 1)/n of the usual sum over cells is χ² with (n − 1)² degrees of freedom.
    @Test
    void positions_areUniformForN5To100() {
        double sum = 0;
        int sizes = 0;
        for (int n = 5; n <= 100; n++, sizes++) {
            double sigmas = Statistics.chiSquareSigmas(chiSquareOfPositions(n, 2000), (n - 1.0) * (n - 1.0));
            assertTrue(Math.abs(sigmas) < 4, "n " + n + ": " + sigmas + " sigmas");
            sum += sigmas;
        }
        assertTrue(Math.abs(sum) < 4 * Math.sqrt(sizes), "together: " + sum / Math.sqrt(sizes) + " sigmas");
    }

    private static double chiSquareOfPositions(int n, int epochs) {
        int[] counts = new int[n * n];
        for (int epoch = 0; epoch < epochs; epoch++) {
            Permutation permutation = new Permutation(31 * n, epoch, n);
            for (int position = 0; position < n; position++) {
                counts[position * n + permutation.index(position)]++;
            }
        }
        double expected = (double) epochs / n;
        double sum = IntStream.of(counts).mapToDouble(c -> (c - expected) * (c - expected) / expected).sum();
        return sum * (n - 1) / n;
    }

    /// All 120 orders of five examples are equally likely: χ² with 119 degrees of freedom.
    @Test
    void ordersOfFive_areEquallyLikely() {
        int[] counts = new int[5 * 5 * 5 * 5 * 5];
        int epochs = 60_000;
        for (int epoch = 0; epoch < epochs; epoch++) {
            counts[IntStream.of(all(77, epoch, 5)).reduce(0, (code, index) -> 5 * code + index)]++;
        }
        double expected = epochs / 120.0;
        double chiSquare = IntStream.of(counts).filter(c -> c > 0).mapToDouble(c -> (c - expected) * (c - expected) / expected).sum();
        assertEquals(120, IntStream.of(counts).filter(c -> c > 0).count());
        double sigmas = Statistics.chiSquareSigmas(chiSquare, 119);
        assertTrue(Math.abs(sigmas) < 4, sigmas + " sigmas");
    }

    /// Batches must not keep the order of the file: what follows an example follows it by chance only.
    @Test
    void neighbours_areUncorrelated() {
        int n = 60_000;
        int[] order = all(3, 4, n);
        for (int lag : new int[] {1, 2, 128}) {
            double sum = 0;
            for (int i = lag; i < n; i++) {
                sum += (order[i] - (n - 1) / 2.0) * (order[i - lag] - (n - 1) / 2.0);
            }
            assertEquals(0, sum / (n * ((double) n * n / 12)), 4 / Math.sqrt(n), "lag " + lag);
        }
    }

    @Test
    void badArguments_areRefused() {
        StreamTest.assertMessage("n must be >= 1, got 0", () -> new Permutation(0, 0, 0));
        StreamTest.assertMessage("epoch must be in [0, 2^48), got -1", () -> new Permutation(0, -1, 5));
        Permutation permutation = new Permutation(0, 0, 5);
        assertEquals("position must be in [0, 5), got 5",
                assertThrows(IndexOutOfBoundsException.class, () -> permutation.index(5)).getMessage());
        assertThrows(IndexOutOfBoundsException.class, () -> permutation.index(-1));
    }
}
