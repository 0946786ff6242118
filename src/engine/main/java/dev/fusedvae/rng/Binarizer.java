package dev.fusedvae.rng;

import dev.fusedvae.simd.Simd;

/// Draws black or white from grey: out = 1 with the probability that a pixel states, by an integer law.
///
/// A pixel v is one where `word < T[v]`, word unsigned, T[v] = ⌊v·2^32 / 255⌋ for bytes and ⌊x·2^32⌋ for floats in
/// [0, 1]; 255 and 1.0 are always one, 0 never. Fresh pixels in each epoch come from a fresh step.
///
/// A row is written from `out[at]` on, its columns side by side or in [Strips].
public final class Binarizer {
    private static final boolean VECTOR = Simd.vector();

    private Binarizer() {}

    /// Binarizes `pixels[from .. from + count - 1]` (unsigned bytes), columns 0 .. count - 1 of (step, row).
    ///
    /// @throws IllegalArgumentException if step, row, the pixels or the form do not fit the counter or the arrays
    public static void binarize(Stream stream, long step, long row, byte[] pixels, int from, int count, float[] out, int at) {
        binarize(stream, step, row, pixels, from, Strips.rowMajor(count), out, at);
    }

    /// The same for a row that lies in strips.
    ///
    /// @throws IllegalArgumentException if step, row, the pixels or the form do not fit the counter or the arrays
    public static void binarize(Stream stream, long step, long row, byte[] pixels, int from, Strips strips, float[] out, int at) {
        check(step, row, pixels.length, from, strips, out.length, at);
        if (VECTOR) {
            VectorBinarizer.binarize(stream, step, row, pixels, from, strips, out, at);
        } else {
            scalar(stream, step, row, pixels, from, strips, out, at);
        }
    }

    /// Binarizes `pixels[from .. from + count - 1]`, probabilities in [0, 1], columns 0 .. count - 1 of (step, row).
    ///
    /// Who loads the pixels checks their range, once; here a value below 0 or a NaN is never one, a value above 1 always.
    ///
    /// @throws IllegalArgumentException if step, row, the pixels or the form do not fit the counter or the arrays
    public static void binarize(Stream stream, long step, long row, float[] pixels, int from, int count, float[] out, int at) {
        binarize(stream, step, row, pixels, from, Strips.rowMajor(count), out, at);
    }

    /// The same for a row that lies in strips.
    ///
    /// @throws IllegalArgumentException if step, row, the pixels or the form do not fit the counter or the arrays
    public static void binarize(Stream stream, long step, long row, float[] pixels, int from, Strips strips, float[] out, int at) {
        check(step, row, pixels.length, from, strips, out.length, at);
        if (VECTOR) {
            VectorBinarizer.binarize(stream, step, row, pixels, from, strips, out, at);
        } else {
            scalar(stream, step, row, pixels, from, strips, out, at);
        }
    }

    /// The law for a byte. 2^32 = 255·0x01010101 + 1, so ⌊v·2^32 / 255⌋ = v·0x01010101 for v < 255: v in each byte.
    public static float draw(int word, byte pixel) {
        int v = pixel & 0xFF;
        return v == 255 || Integer.compareUnsigned(word, v * 0x01010101) < 0 ? 1f : 0f;
    }

    /// The law for a float. The product is exact and the cast drops the fraction.
    public static float draw(int word, float pixel) {
        return Integer.toUnsignedLong(word) < (long) (pixel * 0x1p32f) ? 1f : 0f;
    }

    static void scalar(Stream stream, long step, long row, byte[] pixels, int from, Strips strips, float[] out, int at) {
        int[] words = new int[4];
        for (int c = 0; c < strips.columns(); c++) {
            if ((c & 3) == 0) {
                stream.words(step, row, Stream.counter0(c), words, 0);
            }
            out[strips.cell(at, c)] = draw(words[c & 3], pixels[from + c]);
        }
    }

    static void scalar(Stream stream, long step, long row, float[] pixels, int from, Strips strips, float[] out, int at) {
        int[] words = new int[4];
        for (int c = 0; c < strips.columns(); c++) {
            if ((c & 3) == 0) {
                stream.words(step, row, Stream.counter0(c), words, 0);
            }
            out[strips.cell(at, c)] = draw(words[c & 3], pixels[from + c]);
        }
    }

    private static void check(long step, long row, int pixels, int from, Strips strips, int length, int at) {
        int count = strips.columns();
        Stream.check(step, row, 1, count);
        if (from < 0 || from > pixels - count) {
            throw new IllegalArgumentException("pixels must hold " + count + " values from " + from + ", got " + pixels);
        }
        strips.check(1, length, at);
    }
}
