package dev.fusedvae.backend.cpu;

import static dev.fusedvae.simd.Simd.LOG2_PANEL;
import static dev.fusedvae.simd.Simd.PANEL;

/// [Gemm] without vectors: the twin that runs where the incubator module is missing.
///
/// One kernel serves all three products: a row of A against 8 columns of B, their sums in 8 local variables. On Zen 5
/// it reaches 11-14 GFLOP/s; sums kept in an array, which the compiler might vectorise, reach 6-7.
final class ScalarGemm implements Gemm {
    private static final int COLUMNS = 8;

    @Override
    public void rows(int rows, int depth, float[] a, int aAt, int aPanel, float[] b, int bAt, float[] c, int cAt) {
        PanelRows.requireRows(rows);
        for (int r = 0; r < rows; r++) {
            line(depth, a, aAt + r * PANEL, aPanel, 1, b, bAt, c, cAt + r * PANEL);
        }
    }

    @Override
    public int terms(int rows, int depth, float[] a, int aAt, int aPanel, int[] terms, int at) {
        int n = at;
        for (int k = 0; k < depth; k++) {
            boolean any = false;
            for (int r = 0; r < rows && !any; r++) {
                any = a[aAt + (k >> LOG2_PANEL) * aPanel + r * PANEL + (k & PANEL - 1)] != 0;
            }
            if (any) {
                terms[n++] = k;
            }
        }
        return n - at;
    }

    @Override
    public void rows(int rows, float[] a, int aAt, int aPanel, int[] terms, int stride, float[] b, int bAt, float[] c, int cAt) {
        PanelRows.requireRows(rows);
        for (int r = 0; r < rows; r++) {
            int list = r / GROUP * stride;
            listed(terms, list + 1, terms[list], a, aAt + r * PANEL, aPanel, 1, b, bAt, c, cAt + r * PANEL);
        }
    }

    private static void listed(
            int[] terms, int from, int n, float[] x, int xAt, int xPanel, int xStep, float[] b, int bAt, float[] c, int cAt) {
        for (int j = 0; j < PANEL; j++) {
            float sum = 0;
            for (int i = from; i < from + n; i++) {
                int k = terms[i];
                sum = Math.fma(x[xAt + (k >> LOG2_PANEL) * xPanel + (k & PANEL - 1) * xStep], b[bAt + k * PANEL + j], sum);
            }
            c[cAt + j] = sum;
        }
    }

    @Override
    public void columns(int rows, int depth, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt) {
        PanelRows.requireColumns(rows);
        for (int r = 0; r < rows; r++) {
            line(depth, a, aAt + r, PANEL * PANEL, PANEL, b, bAt, c, cAt + r * PANEL);
        }
    }

    @Override
    public void columnTerms(int depth, float[] a, int aAt, int[] terms, int stride) {
        for (int g = 0; g < GROUPS; g++) {
            int n = 0;
            for (int k = 0; k < depth; k++) {
                boolean any = false;
                for (int r = g * GROUP; r < Math.min(PANEL, (g + 1) * GROUP) && !any; r++) {
                    any = a[aAt + k * PANEL + r] != 0;
                }
                terms[g * stride + 1 + n] = k;
                n += any ? 1 : 0;
            }
            terms[g * stride] = n;
        }
    }

    @Override
    public void columns(int rows, float[] a, int aAt, int[] terms, int stride, float[] b, int bAt, float[] c, int cAt) {
        PanelRows.requireColumns(rows);
        for (int r = 0; r < rows; r++) {
            int list = r / GROUP * stride;
            listed(terms, list + 1, terms[list], a, aAt + r, PANEL * PANEL, PANEL, b, bAt, c, cAt + r * PANEL);
        }
    }

    @Override
    public void row(int panels, int depth, float[] x, int xAt, int xPanel,
            float[] b, int bAt, int bPanel, float[] c, int cAt, int cPanel, int[] terms) {
        int n = PanelRows.terms(depth, x, xAt, xPanel, terms);
        for (int p = 0; p < panels; p++) {
            listed(terms, 0, n, x, xAt, xPanel, 1, b, bAt + p * bPanel, c, cAt + p * cPanel);
        }
    }

    private static void line(
            int depth, float[] x, int xAt, int xPanel, int xStep, float[] b, int bAt, float[] c, int cAt) {
        for (int j = 0; j < PANEL; j += COLUMNS) {
            eight(depth, x, xAt, xPanel, xStep, b, bAt + j, c, cAt + j);
        }
    }

    private static void eight(
            int depth, float[] x, int xAt, int xPanel, int xStep, float[] b, int bAt, float[] c, int cAt) {
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
        for (int k = 0; k < depth; k++) {
            float v = x[xAt + (k >> LOG2_PANEL) * xPanel + (k & PANEL - 1) * xStep];
            int at = bAt + k * PANEL;
            s0 = Math.fma(v, b[at], s0);
            s1 = Math.fma(v, b[at + 1], s1);
            s2 = Math.fma(v, b[at + 2], s2);
            s3 = Math.fma(v, b[at + 3], s3);
            s4 = Math.fma(v, b[at + 4], s4);
            s5 = Math.fma(v, b[at + 5], s5);
            s6 = Math.fma(v, b[at + 6], s6);
            s7 = Math.fma(v, b[at + 7], s7);
        }
        c[cAt] = s0;
        c[cAt + 1] = s1;
        c[cAt + 2] = s2;
        c[cAt + 3] = s3;
        c[cAt + 4] = s4;
        c[cAt + 5] = s5;
        c[cAt + 6] = s6;
        c[cAt + 7] = s7;
    }
}
