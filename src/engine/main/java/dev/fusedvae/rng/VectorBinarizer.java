package dev.fusedvae.rng;

import dev.fusedvae.simd.Lanes;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The vector twin of [Binarizer]: the same law, so the same bits.
final class VectorBinarizer {
    private static final int W = Lanes.WIDTH;
    private static final int COLUMNS = 4 * VectorWords.CHUNK;
    private static final int ONE = Float.floatToRawIntBits(1f);
    /// At 128 bits the smallest vector of bytes holds twice the pixels that are used.
    private static final VectorSpecies<Byte> BYTES = Lanes.F.vectorBitSize() == 512 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

    private VectorBinarizer() {}

    static void binarize(Stream stream, long step, long row, byte[] pixels, int from, Strips strips, float[] out, int at) {
        int count = strips.columns();
        VectorWords.Scratch scratch = VectorWords.Scratch.ofThread();
        for (int c = 0; c < count; c += COLUMNS) {
            int columns = Math.min(COLUMNS, count - c);
            words(stream, step, row, count, c, columns, scratch);
            draw(scratch.ordered, pixels, from + c, columns, out, strips.cell(at, c), strips);
        }
    }

    static void binarize(Stream stream, long step, long row, float[] pixels, int from, Strips strips, float[] out, int at) {
        int count = strips.columns();
        VectorWords.Scratch scratch = VectorWords.Scratch.ofThread();
        for (int c = 0; c < count; c += COLUMNS) {
            int columns = Math.min(COLUMNS, count - c);
            words(stream, step, row, count, c, columns, scratch);
            draw(scratch.ordered, pixels, from + c, columns, out, strips.cell(at, c), strips);
        }
    }

    private static void words(Stream stream, long step, long row, int count, int c, int columns,
            VectorWords.Scratch scratch) {
        int quads = (columns + 3) >>> 2;
        VectorWords.fill(stream, step, row, (count + 3) >>> 2, c >>> 2, quads, scratch.words);
        VectorWords.interleave(scratch.words, quads, scratch.ordered);
    }

    private static void draw(int[] words, byte[] pixels, int from, int count, float[] out, int at, Strips strips) {
        int c = 0;
        for (; c + BYTES.length() <= count; c += W) {
            IntVector word = IntVector.fromArray(Lanes.I, words, c);
            IntVector v = (IntVector) ByteVector.fromArray(BYTES, pixels, from + c)
                    .convertShape(VectorOperators.ZERO_EXTEND_B2I, Lanes.I, 0);
            IntVector.zero(Lanes.I)
                    .blend(ONE, word.compare(VectorOperators.ULT, v.mul(0x01010101)))
                    .blend(ONE, v.compare(VectorOperators.EQ, 255))
                    .reinterpretAsFloats().intoArray(out, strips.cell(at, c));
        }
        for (; c < count; c++) {
            out[strips.cell(at, c)] = Binarizer.draw(words[c], pixels[from + c]);
        }
    }

    private static void draw(int[] words, float[] pixels, int from, int count, float[] out, int at, Strips strips) {
        int c = 0;
        for (; c + W <= count; c += W) {
            IntVector word = IntVector.fromArray(Lanes.I, words, c);
            // ⌊x·2^32⌋ in halves, because no conversion to int holds it: both products and the difference are exact.
            FloatVector high = FloatVector.fromArray(Lanes.F, pixels, from + c).max(0f).mul(0x1p16f);
            IntVector h = (IntVector) high.convert(VectorOperators.F2I, 0);
            FloatVector low = high.sub((FloatVector) h.convert(VectorOperators.I2F, 0)).mul(0x1p16f);
            IntVector threshold = h.lanewise(VectorOperators.LSHL, 16).or((IntVector) low.convert(VectorOperators.F2I, 0));
            IntVector.zero(Lanes.I)
                    .blend(ONE, word.compare(VectorOperators.ULT, threshold))
                    .blend(ONE, h.compare(VectorOperators.GE, 0x10000)) // x >= 1
                    .reinterpretAsFloats().intoArray(out, strips.cell(at, c));
        }
        for (; c < count; c++) {
            out[strips.cell(at, c)] = Binarizer.draw(words[c], pixels[from + c]);
        }
    }
}
