package dev.fusedvae.backend.cpu;

import static dev.fusedvae.simd.Simd.PANEL;

import dev.fusedvae.simd.Simd;

/// Transposes blocks of panels: how the weights that the data gradient reads follow those that the forward pass reads.
public final class Transpose {
    private static final boolean VECTOR = Simd.bits() >= 256;

    private Transpose() {}

    /// `dst[dstAt + c·32 + r] = src[srcAt + r·32 + c]` for r and c in [0, 32); the two blocks must not overlap.
    public static void block32(float[] src, int srcAt, float[] dst, int dstAt) {
        block(PANEL, PANEL, src, srcAt, dst, dstAt);
    }

    /// `dst[dstAt + c·32 + r] = src[srcAt + r·32 + c]` for r in [0, rows) and c in [0, columns), both at most 32; no
    /// other element is read or written. This is the block at the edge of a matrix.
    public static void block(int rows, int columns, float[] src, int srcAt, float[] dst, int dstAt) {
        if (rows < 0 || rows > PANEL || columns < 0 || columns > PANEL) {
            throw new IllegalArgumentException("Transpose.block: rows and columns must be from 0 to 32, got "
                    + rows + " x " + columns + "; make one call per block of 32 x 32");
        }
        int wholeRows = VECTOR ? rows & ~7 : 0;
        int wholeColumns = VECTOR ? columns & ~7 : 0;
        for (int r = 0; r < wholeRows; r += 8) {
            for (int c = 0; c < wholeColumns; c += 8) {
                VectorTranspose.block8(src, srcAt + r * PANEL + c, dst, dstAt + c * PANEL + r);
            }
        }
        plain(0, wholeRows, wholeColumns, columns, src, srcAt, dst, dstAt);
        plain(wholeRows, rows, 0, columns, src, srcAt, dst, dstAt);
    }

    private static void plain(int r0, int r1, int c0, int c1, float[] src, int srcAt, float[] dst, int dstAt) {
        for (int c = c0; c < c1; c++) {
            for (int r = r0; r < r1; r++) {
                dst[dstAt + c * PANEL + r] = src[srcAt + r * PANEL + c];
            }
        }
    }
}
