package dev.fusedvae.backend.cpu;

import static dev.fusedvae.simd.Lanes.F;
import static dev.fusedvae.simd.Lanes.I;
import static dev.fusedvae.simd.Lanes.WIDTH;
import static dev.fusedvae.simd.Simd.LOG2_PANEL;
import static dev.fusedvae.simd.Simd.PANEL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// [Gemm] by register tiles of the Vector API: cuts the rows into tiles, and a panel into pairs of vectors.
///
/// With 512 bits a pair is a whole panel and there are 32 registers, so tiles of 12 rows lead and 8 or 4 finish.
/// Narrower machines may have 16 registers, where 12 and 8 rows spill (and 6 did in this very loop, half the speed):
/// they run tiles of 4 rows, at 91 % of their roof under AVX2.
final class VectorGemm implements Gemm {
    private static final boolean TALL = F.vectorBitSize() == 512;
    private static final int PAIR = 2 * WIDTH;

    /// Panels that eight vectors span: what [#row] takes at once.
    private static final int SPAN = 8 * WIDTH / PANEL;

    @Override
    public void rows(int rows, int depth, float[] a, int aAt, int aPanel, float[] b, int bAt, float[] c, int cAt) {
        PanelRows.requireRows(rows);
        int r = 0;
        if (TALL) {
            for (; leadsWithTwelve(rows - r); r += 12) {
                RowTiles.tile12(depth, a, aAt + r * PANEL, aPanel, b, bAt, c, cAt + r * PANEL);
            }
            for (; rows - r >= 8; r += 8) {
                RowTiles.tile8(depth, a, aAt + r * PANEL, aPanel, b, bAt, c, cAt + r * PANEL);
            }
        }
        for (; r < rows; r += 4) {
            for (int j = 0; j < PANEL; j += PAIR) {
                RowTiles.tile4(depth, a, aAt + r * PANEL, aPanel, b, bAt + j, c, cAt + r * PANEL + j);
            }
        }
    }

    @Override
    public int terms(int rows, int depth, float[] a, int aAt, int aPanel, int[] terms, int at) {
        int n = at;
        for (int k = 0; k < depth; k += WIDTH) {
            IntVector any = IntVector.zero(I);
            int from = aAt + (k >> LOG2_PANEL) * aPanel + (k & PANEL - 1);
            for (int r = 0; r < rows; r++) {
                any = any.or(FloatVector.fromArray(F, a, from + r * PANEL).reinterpretAsInts());
            }
            // the sign of a zero is no reason to keep it
            long live = any.lanewise(VectorOperators.LSHL, 1).compare(VectorOperators.NE, 0).toLong();
            live &= depth - k < WIDTH ? (1L << depth - k) - 1 : -1L;
            for (; live != 0; live &= live - 1) {
                terms[n++] = k + Long.numberOfTrailingZeros(live);
            }
        }
        return n - at;
    }

    @Override
    public void rows(int rows, float[] a, int aAt, int aPanel, int[] terms, int stride, float[] b, int bAt, float[] c, int cAt) {
        PanelRows.requireRows(rows);
        for (int r = 0, list = 0; r < rows; r += GROUP, list += stride) {
            int from = list + 1;
            int to = from + terms[list];
            int left = Math.min(GROUP, rows - r);
            if (TALL && left == 12) {
                TermTiles.tile12(terms, from, to, a, aAt + r * PANEL, aPanel, b, bAt, c, cAt + r * PANEL);
            } else if (TALL && left == 8) {
                TermTiles.tile8(terms, from, to, a, aAt + r * PANEL, aPanel, b, bAt, c, cAt + r * PANEL);
            } else {
                for (int i = r; i < r + left; i += 4) {
                    for (int j = 0; j < PANEL; j += PAIR) {
                        TermTiles.tile4(terms, from, to, a, aAt + i * PANEL, aPanel, b, bAt + j, c, cAt + i * PANEL + j);
                    }
                }
            }
        }
    }

    @Override
    public void columns(int rows, int depth, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt) {
        PanelRows.requireColumns(rows);
        int r = 0;
        if (TALL) {
            for (; leadsWithTwelve(rows - r); r += 12) {
                ColumnTiles.tile12(depth, a, aAt + r, b, bAt, c, cAt + r * PANEL);
            }
            for (; rows - r >= 8; r += 8) {
                ColumnTiles.tile8(depth, a, aAt + r, b, bAt, c, cAt + r * PANEL);
            }
        }
        for (; r < rows; r += 4) {
            for (int j = 0; j < PANEL; j += PAIR) {
                ColumnTiles.tile4(depth, a, aAt + r, b, bAt + j, c, cAt + r * PANEL + j);
            }
        }
    }

    @Override
    public void columnTerms(int depth, float[] a, int aAt, int[] terms, int stride) {
        int n0 = 1, n1 = stride + 1, n2 = 2 * stride + 1;
        for (int k = 0; k < depth; k++) {
            long live = 0;
            for (int j = 0; j < PANEL; j += WIDTH) {
                IntVector bits = FloatVector.fromArray(F, a, aAt + k * PANEL + j).reinterpretAsInts();
                live |= bits.lanewise(VectorOperators.LSHL, 1).compare(VectorOperators.NE, 0).toLong() << j;
            }
            terms[n0] = k;
            n0 += (live & 0xFFF) != 0 ? 1 : 0;
            terms[n1] = k;
            n1 += (live & 0xFFF000) != 0 ? 1 : 0;
            terms[n2] = k;
            n2 += (live & 0xFF000000L) != 0 ? 1 : 0;
        }
        terms[0] = n0 - 1;
        terms[stride] = n1 - stride - 1;
        terms[2 * stride] = n2 - 2 * stride - 1;
    }

    @Override
    public void columns(int rows, float[] a, int aAt, int[] terms, int stride, float[] b, int bAt, float[] c, int cAt) {
        PanelRows.requireColumns(rows);
        for (int r = 0, list = 0; r < rows; r += GROUP, list += stride) {
            int from = list + 1;
            int to = from + terms[list];
            int left = Math.min(GROUP, rows - r);
            if (TALL && left == 12) {
                ColumnTermTiles.tile12(terms, from, to, a, aAt + r, b, bAt, c, cAt + r * PANEL);
            } else if (TALL && left == 8) {
                ColumnTermTiles.tile8(terms, from, to, a, aAt + r, b, bAt, c, cAt + r * PANEL);
            } else {
                for (int i = r; i < r + left; i += 4) {
                    for (int j = 0; j < PANEL; j += PAIR) {
                        ColumnTermTiles.tile4(terms, from, to, a, aAt + i, b, bAt + j, c, cAt + i * PANEL + j);
                    }
                }
            }
        }
    }

    @Override
    public void row(int panels, int depth, float[] x, int xAt, int xPanel,
            float[] b, int bAt, int bPanel, float[] c, int cAt, int cPanel, int[] terms) {
        int n = PanelRows.terms(depth, x, xAt, xPanel, terms);
        int p = 0;
        for (; panels - p >= SPAN; p += SPAN) {
            eight(n, terms, x, xAt, xPanel, b, bAt + p * bPanel, bPanel, c, cAt + p * cPanel, cPanel);
        }
        for (; p < panels; p++) {
            for (int j = 0; j < PANEL; j += PAIR) {
                two(n, terms, x, xAt, xPanel, b, bAt + p * bPanel + j, c, cAt + p * cPanel + j);
            }
        }
    }

    /// 16 rows go better as 8 + 8 than as 12 + 4: four rows alone are short of independent sums.
    private static boolean leadsWithTwelve(int rows) {
        return rows >= 12 && rows != 16;
    }

    /// Eight vectors of one row of C over [#SPAN] panels: with one panel at a time the chain of its two sums is slower
    /// than memory (104-116 GB/s against 123 out of the third-level cache).
    private static void eight(int n, int[] terms, float[] x, int xAt, int xPanel,
            float[] b, int bAt, int bPanel, float[] c, int cAt, int cPanel) {
        FloatVector s0 = FloatVector.zero(F), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
        for (int i = 0; i < n; i++) {
            int k = terms[i];
            FloatVector v = FloatVector.broadcast(F, x[xAt + (k >> LOG2_PANEL) * xPanel + (k & PANEL - 1)]);
            int at = bAt + k * PANEL;
            s0 = v.fma(load(b, at, bPanel, 0), s0);
            s1 = v.fma(load(b, at, bPanel, 1), s1);
            s2 = v.fma(load(b, at, bPanel, 2), s2);
            s3 = v.fma(load(b, at, bPanel, 3), s3);
            s4 = v.fma(load(b, at, bPanel, 4), s4);
            s5 = v.fma(load(b, at, bPanel, 5), s5);
            s6 = v.fma(load(b, at, bPanel, 6), s6);
            s7 = v.fma(load(b, at, bPanel, 7), s7);
        }
        s0.intoArray(c, place(cAt, cPanel, 0));
        s1.intoArray(c, place(cAt, cPanel, 1));
        s2.intoArray(c, place(cAt, cPanel, 2));
        s3.intoArray(c, place(cAt, cPanel, 3));
        s4.intoArray(c, place(cAt, cPanel, 4));
        s5.intoArray(c, place(cAt, cPanel, 5));
        s6.intoArray(c, place(cAt, cPanel, 6));
        s7.intoArray(c, place(cAt, cPanel, 7));
    }

    private static void two(int n, int[] terms, float[] x, int xAt, int xPanel, float[] b, int bAt, float[] c, int cAt) {
        FloatVector s0 = FloatVector.zero(F), s1 = s0;
        for (int i = 0; i < n; i++) {
            int k = terms[i];
            FloatVector v = FloatVector.broadcast(F, x[xAt + (k >> LOG2_PANEL) * xPanel + (k & PANEL - 1)]);
            s0 = v.fma(FloatVector.fromArray(F, b, bAt + k * PANEL), s0);
            s1 = v.fma(FloatVector.fromArray(F, b, bAt + k * PANEL + WIDTH), s1);
        }
        s0.intoArray(c, cAt);
        s1.intoArray(c, cAt + WIDTH);
    }

    private static FloatVector load(float[] b, int at, int panel, int vector) {
        return FloatVector.fromArray(F, b, place(at, panel, vector));
    }

    /// Where a vector of a row of several panels starts; all but one product folds away.
    private static int place(int at, int panel, int vector) {
        return at + vector * WIDTH / PANEL * panel + vector * WIDTH % PANEL;
    }
}
