package dev.fusedvae.rng;

/// Uniform floats: the top 24 bits of a word, so every value is a multiple of 2^-24 in [0, 1).
///
/// Scalar only: they serve initialization, which happens once.
public final class Uniforms {
    private Uniforms() {}

    /// `(word >>> 8) · 2^-24`, exact.
    public static float of(int word) {
        return (word >>> 8) * 0x1p-24f;
    }

    /// Fills `out[at + c]` with `lo + u·(hi − lo)` (one fma) for `c` in [0, columns), u of (step, row, column c).
    ///
    /// The result is in [lo, hi); for a range that is not symmetric about zero the last rounding may reach hi.
    public static void fill(Stream stream, long step, long row, int columns, float[] out, int at, float lo, float hi) {
        Stream.check(step, row, 1, columns);
        Strips.rowMajor(columns).check(1, out.length, at);
        float range = hi - lo;
        if (!(range >= 0) || range == Float.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("lo and hi must be finite with lo <= hi, got " + lo + " and " + hi);
        }
        int[] words = new int[4];
        for (int c = 0; c < columns; c++) {
            if ((c & 3) == 0) {
                stream.words(step, row, Stream.counter0(c), words, 0);
            }
            out[at + c] = Math.fma(of(words[c & 3]), range, lo);
        }
    }
}
