package dev.fusedvae.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.simd.Simd;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GemmTest {
    /// 1, 13, 207, each tile (4, 8, 12), a panel, each ± 1, and a real layer.
    private static final int[][] SHAPES = {
        {1, 1, 1}, {13, 13, 13}, {3, 4, 5}, {7, 8, 9}, {11, 12, 13}, {16, 31, 33}, {20, 32, 32}, {28, 33, 31},
        {24, 63, 65}, {207, 13, 1}, {13, 207, 20}, {1, 20, 207}, {128, 50, 200},
    };

    private static List<Gemm> implementations() {
        return Simd.vector() ? List.of(new ScalarGemm(), new VectorGemm()) : List.of(new ScalarGemm());
    }

    @Test
    void products_areExactOnSmallIntegers() {
        for (Gemm gemm : implementations()) {
            for (int[] shape : SHAPES) {
                PanelLayer layer = new PanelLayer(shape[0], shape[1], shape[2], true, new Random(1));
                layer.all(gemm);
                long norm = 0;
                for (int b = 0; b < layer.batch; b++) {
                    for (int n = 0; n < layer.out; n++) {
                        long sum = 0;
                        for (int k = 0; k < layer.in; k++) {
                            sum += (long) layer.x[b][k] * (long) layer.w[n][k];
                        }
                        norm += Math.abs(sum);
                        int at = layer.yAt + n / 32 * PanelLayer.padded(layer.batch) * 32 + b * 32 + n % 32;
                        assertEquals(sum, layer.arena[at], () -> gemm + " " + Arrays.toString(shape));
                    }
                }
                assertTrue(norm > 0 || layer.in == 1, Arrays.toString(shape));
            }
        }
    }

    /// Bit for bit, in all four products; equality of the whole arena also shows that padding is zero, that guard words
    /// survive and that no operand changed.
    @Test
    void products_areOneFmaChainInOrder_andWriteNothingElse() {
        for (Gemm gemm : implementations()) {
            for (int[] shape : SHAPES) {
                PanelLayer layer = new PanelLayer(shape[0], shape[1], shape[2], false, new Random(2));
                float[] expected = layer.expected();
                layer.all(gemm);
                assertBits(expected, layer.arena, gemm + " " + Arrays.toString(shape));
            }
        }
    }

    @Test
    void bits_areTheSameBeforeAndAfterCompilation() {
        for (Gemm gemm : implementations()) {
            PanelLayer layer = new PanelLayer(28, 40, 104, false, new Random(3));
            float[] expected = layer.expected();
            for (int i = 0; i < 1000; i++) {
                layer.all(gemm);
            }
            assertBits(expected, layer.arena, gemm.toString());
        }
    }

    @Test
    void depthZero_givesZero() {
        for (Gemm gemm : implementations()) {
            float[] none = new float[0];
            float[] c = notNumbers();
            gemm.rows(4, 0, none, 0, 128, none, 0, c, 0);
            assertArrayEquals(new float[128], c);
            c = notNumbers();
            gemm.columns(4, 0, none, 0, none, 0, c, 0);
            assertArrayEquals(new float[128], c);
            c = notNumbers();
            gemm.row(4, 0, none, 0, 32, none, 0, 0, c, 0, 32, new int[0]);
            assertArrayEquals(new float[128], c);
        }
    }

    @Test
    void oneExample_isARowOfTheBatch() {
        for (Gemm gemm : implementations()) {
            PanelLayer layer = new PanelLayer(1, 70, 300, false, new Random(4));
            layer.all(gemm);
            for (int n = 0; n < layer.out; n++) {
                assertEquals(layer.arena[layer.yAt + n / 32 * 4 * 32 + n % 32], layer.arena[layer.oneAt + n]);
            }
        }
    }

    /// Bit for bit, with groups of rows in which columns of A are zero, all zero, or nearly so.
    @Test
    void listedProducts_areTheProducts_whereTheRestIsZero() {
        for (Gemm gemm : implementations()) {
            for (int rows : new int[] {4, 8, 12, 16, 20, 24, 96}) {
                for (int depth : new int[] {1, 13, 32, 33, 207}) {
                    Random random = new Random(rows + 1000 * depth);
                    int panel = rows * 32;
                    float[] a = new float[(depth + 31) / 32 * panel];
                    float[] b = new float[depth * 32];
                    for (int i = 0; i < a.length; i++) {
                        boolean dead = i / (12 * 32) % 3 == i % 32 % 3 || random.nextInt(4) == 0;
                        a[i] = dead ? random.nextBoolean() ? 0f : -0f : i % 32 == 7 && random.nextInt(50) == 0 ? Float.NaN : random.nextFloat() - 0.5f;
                    }
                    for (int i = 0; i < b.length; i++) {
                        b[i] = random.nextFloat() - 0.5f;
                    }
                    float[] expected = new float[rows * 32];
                    gemm.rows(rows, depth, a, 0, panel, b, 0, expected, 0);
                    int stride = depth + 2;
                    int[] terms = new int[(rows + Gemm.GROUP - 1) / Gemm.GROUP * stride];
                    int listed = 0;
                    for (int r = 0, at = 0; r < rows; r += Gemm.GROUP, at += stride) {
                        terms[at] = gemm.terms(Math.min(Gemm.GROUP, rows - r), depth, a, r * 32, panel, terms, at + 1);
                        listed += terms[at];
                    }
                    float[] actual = new float[rows * 32];
                    Arrays.fill(actual, Float.NaN);
                    gemm.rows(rows, a, 0, panel, terms, stride, b, 0, actual, 0);
                    assertArrayEquals(expected, actual, gemm + " " + rows + " x " + depth);
                    assertTrue(depth < 32 || listed < depth * (rows + Gemm.GROUP - 1) / Gemm.GROUP, "something is left out");
                }
            }
        }
    }

    /// Bit for bit, with rows of A in which some groups of columns are zero, and groups that are zero in all rows.
    @Test
    void listedColumns_areTheProducts_whereTheRestIsZero() {
        for (Gemm gemm : implementations()) {
            for (int rows : new int[] {4, 8, 12, 16, 20, 24, 28, 32}) {
                for (int depth : new int[] {1, 13, 130}) {
                    Random random = new Random(rows + 1000 * depth);
                    float[] a = new float[depth * 32];
                    float[] b = new float[depth * 32];
                    for (int k = 0; k < depth; k++) {
                        for (int c = 0; c < 32; c++) {
                            boolean dead = c >= rows || c / 12 == 1 && rows == 28 || (k * 7 + c / 12) % 3 == 0 || random.nextInt(4) == 0;
                            a[k * 32 + c] = dead ? random.nextBoolean() && c < rows ? -0f : 0f : random.nextInt(90) == 0 ? Float.NaN : random.nextFloat() - 0.5f;
                            b[k * 32 + c] = random.nextFloat() - 0.5f;
                        }
                    }
                    int stride = depth + 3;
                    int[] terms = new int[Gemm.GROUPS * stride];
                    gemm.columnTerms(depth, a, 0, terms, stride);
                    float[] expected = new float[32 * 32];
                    gemm.columns(rows, depth, a, 0, b, 0, expected, 0);
                    float[] actual = new float[32 * 32];
                    gemm.columns(rows, a, 0, terms, stride, b, 0, actual, 0);
                    assertArrayEquals(expected, actual, gemm + " " + rows + " x " + depth);
                    for (int g = 0; g < Gemm.GROUPS; g++) {
                        assertEquals(counting(depth, a, g), terms[g * stride]);
                    }
                }
            }
        }
    }

    private static int counting(int depth, float[] a, int group) {
        return (int) IntStream.range(0, depth)
                .filter(k -> IntStream.range(12 * group, Math.min(32, 12 * group + 12)).anyMatch(c -> a[k * 32 + c] != 0))
                .count();
    }

    @Test
    void badRows_areRefusedWithTheFix() {
        float[] m = new float[4096];
        for (Gemm gemm : implementations()) {
            String rows = assertThrows(IllegalArgumentException.class, () -> gemm.rows(6, 1, m, 0, 32, m, 0, m, 0))
                    .getMessage();
            assertEquals("Gemm.rows: rows must be a multiple of 4, got 6; pass the padded number of rows", rows);
            String columns =
                    assertThrows(IllegalArgumentException.class, () -> gemm.columns(36, 1, m, 0, m, 0, m, 0))
                            .getMessage();
            assertEquals("Gemm.columns: rows must be a multiple of 4 from 0 to 32, got 36; make one call per panel of"
                    + " A, with its padded width", columns);
        }
    }

    private static float[] notNumbers() {
        float[] c = new float[128];
        Arrays.fill(c, Float.NaN);
        return c;
    }

    private static void assertBits(float[] expected, float[] actual, String what) {
        for (int i = 0; i < expected.length; i++) {
            int at = i;
            assertEquals(Float.floatToRawIntBits(expected[i]), Float.floatToRawIntBits(actual[i]),
                    () -> what + ": element " + at + " is " + actual[at] + ", not " + expected[at]);
        }
    }
}
