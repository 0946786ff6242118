package dev.fusedvae.backend.cpu;

/// The one rule on the rows of a [Gemm] call, for both of its implementations.
final class PanelRows {
    private PanelRows() {}

    static void requireRows(int rows) {
        if (rows < 0 || (rows & 3) != 0) {
            throw new IllegalArgumentException(
                    "Gemm.rows: rows must be a multiple of 4, got " + rows + "; pass the padded number of rows");
        }
    }

    static void requireColumns(int rows) {
        if (rows < 0 || rows > 32 || (rows & 3) != 0) {
            throw new IllegalArgumentException("Gemm.columns: rows must be a multiple of 4 from 0 to 32, got " + rows
                    + "; make one call per panel of A, with its padded width");
        }
    }
}
