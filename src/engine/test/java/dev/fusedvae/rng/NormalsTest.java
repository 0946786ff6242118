package dev.fusedvae.rng;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.simd.Simd;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class NormalsTest {
    /// The coordinates of the checksum that every implementation of the law must give.
    private static final Stream LAW = new Stream(77L << 32 | 1234, Purpose.TRAINING_NOISE, 0);
    private static final long STEP = 9;
    private static final long ROW = 5;
    private static final float POISON = Float.intBitsToFloat(0x7FC0BEEF);

    private static long checksum(float[] normals) {
        long sum = 0;
        for (int i = 0; i < normals.length; i++) {
            sum += (Float.floatToRawIntBits(normals[i]) & 0xFFFFFFFFL) * (i + 1L);
        }
        return sum;
    }

    private static float[] row(Stream stream, long step, long row, int columns) {
        float[] out = new float[columns];
        Normals.block(stream, step, row, 1, columns, out, 0);
        return out;
    }

    @Test
    void prefixChecksum_isThatOfTheLaw() {
        assertEquals(0x3f3bb2e14ff5c1ffL, checksum(row(LAW, STEP, ROW, 1 << 16)));
        float[] scalar = new float[1 << 16];
        Normals.scalarBlock(LAW, STEP, ROW, 1, Strips.rowMajor(scalar.length), scalar, 0);
        assertEquals(0x3f3bb2e14ff5c1ffL, checksum(scalar));
    }

    @Test
    @Tag("slow")
    void fullChecksum_isThatOfTheLaw() {
        assertEquals(0xa9d117a4a609863eL, checksum(row(LAW, STEP, ROW, 1 << 24)));
        float[] scalar = new float[1 << 24];
        Normals.scalarBlock(LAW, STEP, ROW, 1, Strips.rowMajor(scalar.length), scalar, 0);
        assertEquals(0xa9d117a4a609863eL, checksum(scalar));
    }

    @Test
    void block_hasTheBitsOfSingleValuesAndWritesNothingElse() {
        Stream stream = new Stream(42, Purpose.EVALUATION, 3);
        for (int rows : new int[] {1, 2, 3, 13, 65}) {
            for (int columns : new int[] {1, 2, 3, 4, 5, 13, 20, 31, 32, 33, 50, 64, 207}) {
                checkForm(stream, rows, Strips.rowMajor(columns));
                checkForm(stream, rows, Strips.of(columns, 32, columns, 32));                           // row-major, cut up
                checkForm(stream, rows, Strips.of(columns, 32, 32, 32 * rows));
                checkForm(stream, rows, Strips.of(columns, 16, 37 * ((columns + 15) / 16) + 5, 37)); // gaps in both directions
            }
        }
    }

    private static void checkForm(Stream stream, int rows, Strips strips) {
        long step = (1L << 40) + rows;
        long firstRow = (1L << 32) - rows;
        int at = 7;
        int columns = strips.columns();
        int width = 1 << strips.log2Width();
        int size = strips.cell(at + (rows - 1) * strips.rowStride(), columns - 1) + 64;
        float[] expected = new float[size];
        Arrays.fill(expected, POISON);
        float[] block = expected.clone();
        float[] scalar = expected.clone();
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                expected[at + c / width * strips.stripStride() + r * strips.rowStride() + c % width] = Normals.at(stream, step, firstRow + r, c);
            }
        }
        Normals.block(stream, step, firstRow, rows, strips, block, at);
        Normals.scalarBlock(stream, step, firstRow, rows, strips, scalar, at);
        assertArrayEquals(bits(expected), bits(block), rows + " x " + strips);
        assertArrayEquals(bits(expected), bits(scalar), rows + " x " + strips);
    }

    private static int[] bits(float[] x) {
        int[] bits = new int[x.length];
        for (int i = 0; i < x.length; i++) {
            bits[i] = Float.floatToRawIntBits(x[i]);
        }
        return bits;
    }

    @Test
    void emptyBlock_writesNothing() {
        Normals.block(LAW, 0, 0, 0, 5, new float[0], 0);
        Normals.block(LAW, 0, 0, 5, 0, new float[0], 0);
    }

    @Test
    void extremeWords_giveFiniteNormals() {
        int[] words = {0, 1, -1, -2, 0x7FFFFFFF, 0x80000000, 0xAAAAAAAA, 0xAAAAAAAB, 0x1FFFFFFF, 0x20000000,
            0x3FFFFFFF, 0x40000000, 0x5FFFFFFF, 0x60000000, 0x9FFFFFFF, 0xA0000000, 0xDFFFFFFF, 0xE0000000};
        float[] pair = new float[2];
        for (int x : words) {
            for (int y : words) {
                Normals.pair(x, y, pair, 0);
                assertTrue(Math.abs(pair[0]) < 6.8f && Math.abs(pair[1]) < 6.8f, x + " " + y);
                double turn = 2 * Math.PI * ((y & 0xFFFFFFFFL) + 0.5) * 0x1p-32;
                double radius = exactRadius(x);
                assertEquals(Math.sin(turn) * radius, pair[0], 7e-7);
                assertEquals(Math.cos(turn) * radius, pair[1], 7e-7);
            }
        }
    }

    @Test
    void error_isBelow7e7AgainstExactBoxMuller() {
        float[] normals = row(LAW, STEP, ROW, 1 << 17);
        int[] words = new int[4];
        double worst = 0;
        for (int c = 0; c < normals.length; c += 2) {
            LAW.words(STEP, ROW, c >> 2, words, 0);
            double radius = exactRadius(words[c & 2]);
            double turn = 2 * Math.PI * ((words[(c & 2) + 1] & 0xFFFFFFFFL) + 0.5) * 0x1p-32;
            worst = Math.max(worst, Math.abs(Math.sin(turn) * radius - normals[c]));
            worst = Math.max(worst, Math.abs(Math.cos(turn) * radius - normals[c + 1]));
        }
        assertTrue(worst > 1e-8 && worst < 7e-7, "worst error " + worst);
    }

    /// √(−2 ln u) in double of the float u that the law uses.
    private static double exactRadius(int x) {
        float u = Math.fma((float) (x & 0xFFFFFFFFL), 0x1p-32f, 0x1p-33f);
        return Math.sqrt(-2 * Math.log(u));
    }

    @Test
    void distribution_isStandardNormal() {
        int n = 1 << 18;
        float[] z = row(new Stream(2026, Purpose.PRIOR_SAMPLES, 1), 3, 11, n);
        double sigma = 1 / Math.sqrt(n);
        assertEquals(0, Statistics.moment(z, 1), 4 * sigma);
        assertEquals(1, Statistics.moment(z, 2), 4 * Math.sqrt(2) * sigma);
        assertEquals(0, Statistics.moment(z, 3), 4 * Math.sqrt(15) * sigma);
        assertEquals(3, Statistics.moment(z, 4), 4 * Math.sqrt(96) * sigma);
        double distance = Statistics.kolmogorovSmirnov(z, Statistics::phi);
        assertTrue(distance < 1.95, "Kolmogorov-Smirnov " + distance);
    }

    @Test
    void neighbours_areUncorrelated() {
        int rows = 4096;
        int columns = 64;
        float[] z = new float[rows * columns];
        Normals.block(LAW, 1, 0, rows, columns, z, 0);
        for (int lag : new int[] {1, 2, 3, 4, columns, 2 * columns}) {
            double sum = 0;
            for (int i = lag; i < z.length; i++) {
                sum += (double) z[i] * z[i - lag];
            }
            assertEquals(0, sum / z.length, 4 / Math.sqrt(z.length), "lag " + lag);
        }
    }

    @Test
    void vectorBlock_allocatesNothingOnceWarm() throws Throwable {
        Assumptions.assumeTrue(Simd.vector() && Simd.bits() <= preferredBits(), "no vector unit of this width: vectors are boxed");
        MethodHandle allocated = allocatedBytes();
        float[] out = new float[128 * 32];
        Strips strips = Strips.of(20, 32, 32, 128 * 32);
        long best = Long.MAX_VALUE;
        long deadline = System.nanoTime() + 20_000_000_000L; // compilation is asynchronous; usually well under a second
        for (int step = 0; best > 0 && System.nanoTime() < deadline; ) {
            long before = (long) allocated.invokeExact();
            for (int i = 0; i < 100; i++) {
                Normals.block(LAW, step++, 0, 128, strips, out, 0);
            }
            best = Math.min(best, (long) allocated.invokeExact() - before);
        }
        assertEquals(0, best);
    }

    /// By name, since the module under test does not read java.management.
    private static MethodHandle allocatedBytes() throws ReflectiveOperationException {
        Object threads = Class.forName("java.lang.management.ManagementFactory").getMethod("getThreadMXBean").invoke(null);
        return MethodHandles.lookup()
                .findVirtual(Class.forName("com.sun.management.ThreadMXBean"), "getCurrentThreadAllocatedBytes",
                        MethodType.methodType(long.class))
                .bindTo(threads);
    }

    private static int preferredBits() {
        return jdk.incubator.vector.IntVector.SPECIES_PREFERRED.vectorBitSize();
    }

    @Test
    void badBlocks_areRefusedWithTheFix() {
        float[] out = new float[100];
        StreamTest.assertMessage("step must be in [0, 2^48), got -1", () -> Normals.block(LAW, -1, 0, 1, 1, out, 0));
        StreamTest.assertMessage("rows and columns must be >= 0, got -1 x 2", () -> Normals.block(LAW, 0, 0, -1, 2, out, 0));
        StreamTest.assertMessage("rowStride must be >= 20 so that rows do not overlap, got 19",
                () -> Normals.block(LAW, 0, 0, 2, Strips.of(20, 32, 19, 32), out, 0));
        StreamTest.assertMessage("stripStride must be >= 32 so that strips do not overlap, got 31",
                () -> Normals.block(LAW, 0, 0, 1, Strips.of(33, 32, 33, 31), out, 0));
        StreamTest.assertMessage("width must be a power of two, got 24", () -> Strips.of(33, 24, 33, 24));
        StreamTest.assertMessage("columns must be >= 0 and log2Width in [4, 30], got 33 and 3", () -> Strips.of(33, 8, 8, 8));
        StreamTest.assertMessage("out must hold 5 x 20 floats from 1, rows 20 apart: 101 floats needed, got 100",
                () -> Normals.block(LAW, 0, 0, 5, 20, out, 1));
    }
}
