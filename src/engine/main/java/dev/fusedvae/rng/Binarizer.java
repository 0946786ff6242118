package dev.fusedvae.rng;

import dev.fusedvae.simd.Simd;

/// Draws black or white from grey: out = 1 with the probability that a pixel states, by an integer law.
///
/// A pixel v is one where `word < T[v]`, word unsigned, T[v] = ⌊v·2^32 / 255⌋ for bytes and ⌊x·2^32⌋ for floats in
/// [0, 1]; 255 and 1.0 are always one, 0 never. Fresh pixels in each epoch come from a fresh step.
///
/// Output is in panel form: column c goes to `out[at + (c/32)·panelStride + c%32]`.
public final class Binarizer {
    private static final boolean VECTOR = Simd.vector();

    private Binarizer() {}

    /// Binarizes `pixels[from .. from + count - 1]` (unsigned bytes), columns 0 .. count - 1 of (step, row).
    ///
    /// @throws IllegalArgumentException if step, row, the pixels or the form do not fit the counter or the arrays
    public static void binarize(Stream stream, long step, long row, byte[] pixels, int from, int count,
            float[] out, int at, int panelStride) {
        check(step, row, pixels.length, from, count, out.length, at, panelStride);
        if (VECTOR) {
            VectorBinarizer.binarize(stream, step, row, pixels, from, count, out, at, panelStride);
        } else {
            scalar(stream, step, row, pixels, from, count, out, at, panelStride);
        }
    }

    /// Binarizes `pixels[from .. from + count - 1]`, probabilities in [0, 1], columns 0 .. count - 1 of (step, row).
    ///
    /// Who loads the pixels checks their range, once; here a value below 0 or a NaN is never one, a value above 1 always.
    ///
    /// @throws IllegalArgumentException if step, row, the pixels or the form do not fit the counter or the arrays
    public static void binarize(Stream stream, long step, long row, float[] pixels, int from, int count,
            float[] out, int at, int panelStride) {
        check(step, row, pixels.length, from, count, out.length, at, panelStride);
        if (VECTOR) {
            VectorBinarizer.binarize(stream, step, row, pixels, from, count, out, at, panelStride);
        } else {
            scalar(stream, step, row, pixels, from, count, out, at, panelStride);
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

    static void scalar(Stream stream, long step, long row, byte[] pixels, int from, int count,
            float[] out, int at, int panelStride) {
        int[] words = new int[4];
        for (int c = 0; c < count; c++) {
            if ((c & 3) == 0) {
                stream.words(step, row, Stream.counter0(c), words, 0);
            }
            out[Panels.cell(at, panelStride, c)] = draw(words[c & 3], pixels[from + c]);
        }
    }

    static void scalar(Stream stream, long step, long row, float[] pixels, int from, int count,
            float[] out, int at, int panelStride) {
        int[] words = new int[4];
        for (int c = 0; c < count; c++) {
            if ((c & 3) == 0) {
                stream.words(step, row, Stream.counter0(c), words, 0);
            }
            out[Panels.cell(at, panelStride, c)] = draw(words[c & 3], pixels[from + c]);
        }
    }

    private static void check(long step, long row, int pixels, int from, int count, int length, int at, int panelStride) {
        Stream.check(step, row, 1, count);
        if (from < 0 || from > pixels - count) {
            throw new IllegalArgumentException("pixels must hold " + count + " values from " + from + ", got " + pixels);
        }
        Panels.check(1, count, length, at, 0, panelStride);
    }
}
