package dev.fusedvae.backend.cpu;

import java.util.Arrays;
import java.util.Random;

/// One linear layer in panels, all in one array, with every product that training asks of a [Gemm].
///
/// Slots start on a cache line, outputs start as NaN, and guard words lie around every slot.
final class PanelLayer {
    static final float GUARD = Float.intBitsToFloat(0x7fc0_dead);
    private static final int GUARD_WORDS = 32;

    final int batch, in, out;
    final float[][] x, w, dy;
    final float[] arena;
    final int xAt, wnAt, wkAt, dyAt, yAt, dxAt, dwAt, oneAt;

    /// Fills X[batch,in], W[out,in] and dY[batch,out] with integers from -4 to 4, or with normals.
    PanelLayer(int batch, int in, int out, boolean integers, Random random) {
        this.batch = batch;
        this.in = in;
        this.out = out;
        x = matrix(batch, in, integers, random);
        w = matrix(out, in, integers, random);
        dy = matrix(batch, out, integers, random);
        int[] sizes = {size(batch, in), size(in, out), size(out, in), size(batch, out), size(batch, out),
            size(batch, in), size(in, out), panels(out) * 32};
        int[] at = new int[sizes.length];
        int end = 12;
        for (int i = 0; i < sizes.length; i++) {
            at[i] = end + GUARD_WORDS;
            end = at[i] + (sizes[i] + 15) / 16 * 16;
        }
        arena = new float[end + GUARD_WORDS];
        Arrays.fill(arena, GUARD);
        xAt = at[0];
        wnAt = at[1];
        wkAt = at[2];
        dyAt = at[3];
        yAt = at[4];
        dxAt = at[5];
        dwAt = at[6];
        oneAt = at[7];
        write(x, xAt);
        write(transposed(w), wnAt);
        write(w, wkAt);
        write(dy, dyAt);
        for (int i = 4; i < at.length; i++) {
            Arrays.fill(arena, at[i], at[i] + sizes[i], Float.NaN);
        }
    }

    /// Y = X Wᵀ, for the panels of Y in [from, to).
    void forward(Gemm gemm, int from, int to) {
        for (int p = from; p < to; p++) {
            gemm.rows(padded(batch), in, arena, xAt, panel(batch), arena, wnAt + p * panel(in), arena,
                    yAt + p * panel(batch));
        }
    }

    /// dX = dY W, for the panels of dX in [from, to).
    void dataGradient(Gemm gemm, int from, int to) {
        for (int p = from; p < to; p++) {
            gemm.rows(padded(batch), out, arena, dyAt, panel(batch), arena, wkAt + p * panel(out), arena,
                    dxAt + p * panel(batch));
        }
    }

    /// dWᵀ = Xᵀ dY, for the blocks of dWᵀ in [from, to), counted along the rows of blocks.
    void weightGradient(Gemm gemm, int from, int to) {
        for (int block = from; block < to; block++) {
            int p = block / panels(out);
            int q = block % panels(out);
            gemm.columns(Math.min(32, padded(in) - p * 32), batch, arena, xAt + p * panel(batch), arena,
                    dyAt + q * panel(batch), arena, dwAt + q * panel(in) + p * 32 * 32);
        }
    }

    /// y = x Wᵀ for the first example, for the panels of y in [from, to).
    void one(Gemm gemm, int from, int to) {
        gemm.row(to - from, in, arena, xAt, panel(batch), arena, wnAt + from * panel(in), panel(in), arena,
                oneAt + from * 32, 32, new int[in]);
    }

    /// All four products, whole.
    void all(Gemm gemm) {
        forward(gemm, 0, panels(out));
        dataGradient(gemm, 0, panels(in));
        weightGradient(gemm, 0, panels(in) * panels(out));
        one(gemm, 0, panels(out));
    }

    /// The arena as it must be after [#all]: the same products by plain loops over row-major matrices.
    float[] expected() {
        float[] before = arena.clone();
        write(product(x, transposed(w)), yAt);
        write(product(dy, w), dxAt);
        write(product(transposed(x), dy), dwAt);
        write(product(new float[][] {x[0]}, transposed(w)), oneAt, 1);
        float[] after = arena.clone();
        System.arraycopy(before, 0, arena, 0, before.length);
        return after;
    }

    /// A B by one chain of fused multiply-adds for each element, in the order of k.
    private static float[][] product(float[][] a, float[][] b) {
        float[][] c = new float[a.length][b[0].length];
        for (int r = 0; r < a.length; r++) {
            for (int j = 0; j < b[0].length; j++) {
                for (int k = 0; k < b.length; k++) {
                    c[r][j] = Math.fma(a[r][k], b[k][j], c[r][j]);
                }
            }
        }
        return c;
    }

    private void write(float[][] m, int at) {
        write(m, at, padded(m.length));
    }

    /// Stores a matrix as panels of `rows` rows, zeros beyond its edges.
    private void write(float[][] m, int at, int rows) {
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < panels(m[0].length) * 32; c++) {
                boolean inside = r < m.length && c < m[0].length;
                arena[at + c / 32 * rows * 32 + r * 32 + c % 32] = inside ? m[r][c] : 0;
            }
        }
    }

    private static float[][] matrix(int rows, int columns, boolean integers, Random random) {
        float[][] m = new float[rows][columns];
        for (float[] row : m) {
            for (int c = 0; c < columns; c++) {
                row[c] = integers ? random.nextInt(9) - 4 : (float) random.nextGaussian();
            }
        }
        return m;
    }

    private static float[][] transposed(float[][] m) {
        float[][] t = new float[m[0].length][m.length];
        for (int r = 0; r < m.length; r++) {
            for (int c = 0; c < m[0].length; c++) {
                t[c][r] = m[r][c];
            }
        }
        return t;
    }

    static int panels(int columns) {
        return (columns + 31) / 32;
    }

    static int padded(int rows) {
        return (rows + 3) / 4 * 4;
    }

    private static int panel(int rows) {
        return padded(rows) * 32;
    }

    private static int size(int rows, int columns) {
        return panels(columns) * panel(rows);
    }
}
