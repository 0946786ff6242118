package dev.fusedvae.backend.cpu;

import static dev.fusedvae.simd.Simd.LOG2_PANEL;
import static dev.fusedvae.simd.Simd.PANEL;

/// What both implementations of [Gemm] share: the one rule on rows, and the terms of a single row that count.
final class PanelRows {
    private PanelRows() {}

    static void requireRows(int rows) {
        if (rows < 0 || (rows & 3) != 0) {
            throw new IllegalArgumentException(
                    "Gemm.rows: rows must be a multiple of 4, got " + rows + "; pass the padded number of rows");
        }
    }

    static void requireColumns(int rows) {
        if (rows < 0 || rows > PANEL || (rows & 3) != 0) {
            throw new IllegalArgumentException("Gemm.columns: rows must be a multiple of 4 from 0 to 32, got " + rows
                    + "; make one call per panel of A, with its padded width");
        }
    }

    /// Writes the k in [0, depth) with x(k) ≠ 0 to `terms`, in order, and returns how many they are; NaN counts.
    static int terms(int depth, float[] x, int xAt, int xPanel, int[] terms) {
        int n = 0;
        for (int k = 0; k < depth; k++) {
            terms[n] = k;
            n += x[xAt + (k >> LOG2_PANEL) * xPanel + (k & PANEL - 1)] != 0 ? 1 : 0;
        }
        return n;
    }
}
