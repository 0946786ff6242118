package dev.fusedvae.rng;

import dev.fusedvae.simd.Simd;

/// Standard normals by Box–Muller: one law in float arithmetic with the same bits on every backend.
///
/// A pair of words (x, y) gives two normals, sin(2π·v)·R and cos(2π·v)·R, with
///
///     u = x·2^-32 + 2^-33,   v = (y + 1/2)·2^-32,   R = √(−2 ln u)
///
/// where ln, sin and cos are the polynomials below. Every operation is an fma, a product, a sum or a square root,
/// each rounded to nearest, in one fixed order: that is what makes the bits portable, so an edit here is an edit of
/// the law and of its twins. Absolute error against exact Box–Muller of the same u: 7e-7. |value| < 6.8.
///
/// Columns 4q and 4q + 1 of a row are the pair (word 0, word 1) of quad q, columns 4q + 2 and 4q + 3 the pair
/// (word 2, word 3).
public final class Normals {
    /// Mantissas are taken from [2/3, 4/3), so that the logarithm needs no cancellation near u = 1.
    static final int TWO_THIRDS_BITS = 0x3F2AAAAB;
    static final float LN2 = 0x1.62e430p-1f;
    /// ln(1 + f) = f + f²·p(f), highest power first.
    static final float L8 = -0x1.07e5fep-3f;
    static final float L7 = 0x1.1e73a0p-3f;
    static final float L6 = -0x1.f32076p-4f;
    static final float L5 = 0x1.1ed424p-3f;
    static final float L4 = -0x1.559d36p-3f;
    static final float L3 = 0x1.99d05ep-3f;
    static final float L2 = -0x1.fffef4p-3f;
    static final float L1 = 0x1.555506p-2f;
    static final float L0 = -0.5f;
    /// sin(π/2·t) = t·a(t²), t in [-1/2, 1/2], highest power first.
    static final float S3 = -0x1.2a76e0p-8f;
    static final float S2 = 0x1.46496ep-4f;
    static final float S1 = -0x1.4abb68p-1f;
    static final float S0 = 0x1.921fb4p+0f;
    /// cos(π/2·t) = b(t²), highest power first.
    static final float C4 = 0x1.d49168p-11f;
    static final float C3 = -0x1.55b166p-6f;
    static final float C2 = 0x1.03c1aep-2f;
    static final float C1 = -0x1.3bd3ccp+0f;
    static final float C0 = 1f;

    private static final boolean VECTOR = Simd.vector();

    private Normals() {}

    /// Fills `out[at + r·columns + c]` with the normal of (step, firstRow + r, c), for r in [0, rows) and c in [0, columns).
    ///
    /// @throws IllegalArgumentException if step, rows or the block do not fit the counter or the array
    public static void block(Stream stream, long step, long firstRow, int rows, int columns, float[] out, int at) {
        block(stream, step, firstRow, rows, Strips.rowMajor(columns), out, at);
    }

    /// The same for a block that lies in strips. No other cell is written.
    ///
    /// @throws IllegalArgumentException if step, rows or the block do not fit the counter or the array
    public static void block(Stream stream, long step, long firstRow, int rows, Strips strips, float[] out, int at) {
        Stream.check(step, firstRow, rows, strips.columns());
        strips.check(rows, out.length, at);
        if (VECTOR) {
            VectorNormals.block(stream, step, firstRow, rows, strips, out, at);
        } else {
            scalarBlock(stream, step, firstRow, rows, strips, out, at);
        }
    }

    /// The normal of one (step, row, column): what the plain loops of the reference read.
    public static float at(Stream stream, long step, long row, int column) {
        Stream.check(step, row, 1, column);
        int[] words = new int[4];
        stream.words(step, row, Stream.counter0(column), words, 0);
        int pair = column & 2;
        float radius = radius(words[pair]);
        return radius * ((column & 1) == 0 ? sine(words[pair + 1]) : cosine(words[pair + 1]));
    }

    static void scalarBlock(Stream stream, long step, long firstRow, int rows, Strips strips, float[] out, int at) {
        int[] words = new int[4];
        float[] normals = new float[4];
        int columns = strips.columns();
        for (int r = 0; r < rows; r++) {
            int row = at + r * strips.rowStride();
            for (int c = 0; c < columns; c += 4) {
                stream.words(step, firstRow + r, Stream.counter0(c), words, 0);
                pair(words[0], words[1], normals, 0);
                pair(words[2], words[3], normals, 2);
                System.arraycopy(normals, 0, out, strips.cell(row, c), Math.min(4, columns - c));
            }
        }
    }

    /// Writes the two normals of words (x, y) to `out[at]` and `out[at + 1]`.
    public static void pair(int x, int y, float[] out, int at) {
        float radius = radius(x);
        out[at] = sine(y) * radius;
        out[at + 1] = cosine(y) * radius;
    }

    /// √(−2 ln u) of u = x·2^-32 + 2^-33, x unsigned; u rounds to at most 1, so the root is always of a number >= 0.
    static float radius(int x) {
        float u = Math.fma(unsigned(x), 0x1p-32f, 0x1p-33f);
        int bits = Float.floatToRawIntBits(u);
        int exponent = (bits - TWO_THIRDS_BITS) >> 23;
        float f = Float.intBitsToFloat(bits - (exponent << 23)) - 1f;
        float p = L8;
        p = Math.fma(p, f, L7);
        p = Math.fma(p, f, L6);
        p = Math.fma(p, f, L5);
        p = Math.fma(p, f, L4);
        p = Math.fma(p, f, L3);
        p = Math.fma(p, f, L2);
        p = Math.fma(p, f, L1);
        p = Math.fma(p, f, L0);
        float ln = Math.fma(exponent, LN2, Math.fma(p, f * f, f));
        return (float) Math.sqrt(-2f * ln); // double rounding is innocuous for a square root: this is sqrt.rn.f32
    }

    /// sin(2π·v), v = (y + 1/2)·2^-32.
    static float sine(int y) {
        int quadrant = quadrant(y);
        float t = turn(y, quadrant);
        float s = (quadrant & 1) == 0 ? halfSine(t) : halfCosine(t);
        return Float.intBitsToFloat(Float.floatToRawIntBits(s) ^ (quadrant & 2) << 30);
    }

    /// cos(2π·v), v = (y + 1/2)·2^-32.
    static float cosine(int y) {
        int quadrant = quadrant(y);
        float t = turn(y, quadrant);
        float s = (quadrant & 1) == 0 ? halfCosine(t) : halfSine(t);
        return Float.intBitsToFloat(Float.floatToRawIntBits(s) ^ (quadrant + 1 & 2) << 30);
    }

    /// The nearest multiple of a quarter turn, in [0, 4).
    private static int quadrant(int y) {
        return y + 0x20000000 >>> 30;
    }

    /// What is left of the angle, in quarter turns: [-1/2, 1/2].
    private static float turn(int y, int quadrant) {
        return Math.fma(y - (quadrant << 30), 0x1p-30f, 0x1p-31f);
    }

    private static float halfSine(float t) {
        float w = t * t;
        return Math.fma(Math.fma(Math.fma(S3, w, S2), w, S1), w, S0) * t;
    }

    private static float halfCosine(float t) {
        float w = t * t;
        return Math.fma(Math.fma(Math.fma(Math.fma(C4, w, C3), w, C2), w, C1), w, C0);
    }

    /// The unsigned word as a float, rounded once: its halves are exact and the fma rounds their sum.
    private static float unsigned(int x) {
        return Math.fma((float) (x >>> 16), 65536f, (float) (x & 0xFFFF));
    }
}
