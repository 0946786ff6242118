package dev.fusedvae.rng;

import dev.fusedvae.simd.Lanes;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/// Philox words, one quad of columns per lane, in chunks: what the vector twins share.
///
/// A block of rows is flattened to quads: quad i is columns 4·(i % quads) .. + 3 of row i / quads. Lanes run over
/// that space, each with a row and a quad of its own, so vectors of a narrow block are as full as those of a wide one.
/// A chunk goes from step to step through arrays in the first-level cache. All steps in one loop exceed the compiler's
/// node limit; it then stops inlining and boxes vectors: 5 ns a normal at 512 bits instead of 0.8.
final class VectorWords {
    /// Quads in a chunk.
    static final int CHUNK = 64;

    private static final int W = Lanes.WIDTH;
    private static final IntVector IOTA = IntVector.zero(Lanes.I).addIndex(1);
    /// Zips of two vectors: lanes a0 b0 a1 b1 ... of their lower and of their upper halves.
    private static final VectorShuffle<Float> LOW_F = VectorShuffle.makeZip(Lanes.F, 0);
    private static final VectorShuffle<Float> HIGH_F = VectorShuffle.makeZip(Lanes.F, 1);
    private static final VectorShuffle<Integer> LOW_I = VectorShuffle.makeZip(Lanes.I, 0);
    private static final VectorShuffle<Integer> HIGH_I = VectorShuffle.makeZip(Lanes.I, 1);
    private static final LongVector LOW_WORD = LongVector.broadcast(Lanes.L, 0xFFFFFFFFL);
    private static final LongVector HIGH_WORD = LOW_WORD.not();
    private static final LongVector M0 = LongVector.broadcast(Lanes.L, Philox.M0 & 0xFFFFFFFFL);
    private static final LongVector M1 = LongVector.broadcast(Lanes.L, Philox.M1 & 0xFFFFFFFFL);
    private static final int[] QUOTIENTS = quotientTable();

    private VectorWords() {}

    /// Room for one chunk, owned by one thread so that no call allocates.
    static final class Scratch {
        private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

        /// Word j of quad i at `j·CHUNK + i`.
        final int[] words = new int[4 * CHUNK];
        /// Word j of quad i at `4·i + j`.
        final int[] ordered = new int[4 * CHUNK];
        /// Value of column j of quad i at `j·CHUNK + i`.
        final float[] planes = new float[4 * CHUNK];
        /// Value of column j of quad i at `4·i + j`.
        final float[] values = new float[4 * CHUNK];

        static Scratch ofThread() {
            return OF_THREAD.get();
        }
    }

    /// Fills `words` with those of quads `first .. first + count - 1` of the flattened space, rounded up to a vector.
    static void fill(Stream stream, long step, long firstRow, int quads, int first, int count, int[] words) {
        int startRow = first / quads;
        int startQuad = first - startRow * quads;
        int row0 = Stream.counter1(firstRow + startRow);
        int word2 = stream.counter2(step);
        int word3 = stream.counter3(step);
        int key0 = stream.key0();
        int key1 = stream.key1();
        int quadsPerVector = W % quads;
        int rowsPerVector = W / quads;
        IntVector rows = IntVector.fromArray(Lanes.I, QUOTIENTS, quotients(startQuad, quads));
        IntVector quad = IOTA.add(startQuad).sub(rows.mul(quads));
        IntVector row = rows.add(row0);
        for (int i = 0; i < count; i += W) {
            IntVector c0 = quad;
            IntVector c1 = row;
            IntVector c2 = IntVector.broadcast(Lanes.I, word2);
            IntVector c3 = IntVector.broadcast(Lanes.I, word3);
            int k0 = key0;
            int k1 = key1;
            for (int round = 0; round < Philox.ROUNDS; round++) {
                LongVector pairs = c2.reinterpretAsLongs();
                LongVector even = pairs.and(LOW_WORD).mul(M1).lanewise(VectorOperators.LSHR, 32);
                LongVector odd = pairs.lanewise(VectorOperators.LSHR, 32).mul(M1).and(HIGH_WORD);
                IntVector n0 = even.or(odd).reinterpretAsInts()
                        .lanewise(VectorOperators.XOR, c1).lanewise(VectorOperators.XOR, k0);
                pairs = c0.reinterpretAsLongs();
                even = pairs.and(LOW_WORD).mul(M0).lanewise(VectorOperators.LSHR, 32);
                odd = pairs.lanewise(VectorOperators.LSHR, 32).mul(M0).and(HIGH_WORD);
                IntVector n2 = even.or(odd).reinterpretAsInts()
                        .lanewise(VectorOperators.XOR, c3).lanewise(VectorOperators.XOR, k1);
                c1 = c2.mul(Philox.M1);
                c3 = c0.mul(Philox.M0);
                c0 = n0;
                c2 = n2;
                k0 += Philox.W0;
                k1 += Philox.W1;
            }
            c0.intoArray(words, i);
            c1.intoArray(words, CHUNK + i);
            c2.intoArray(words, 2 * CHUNK + i);
            c3.intoArray(words, 3 * CHUNK + i);

            quad = quad.add(quadsPerVector);
            VectorMask<Integer> wrapped = quad.compare(VectorOperators.GE, quads);
            quad = quad.sub(quads, wrapped);
            row = row.add(rowsPerVector).add(1, wrapped);
        }
    }

    /// Where QUOTIENTS holds (startQuad + lane) / quads of every lane, for startQuad < quads.
    private static int quotients(int startQuad, int quads) {
        return quads < W ? 2 * W * quads + startQuad : W + Math.max(startQuad - quads, -W);
    }

    /// Row q holds x / q for x in [0, 2W); row 0, W zeros and W ones, serves every q >= W: one wrap at most.
    private static int[] quotientTable() {
        int[] table = new int[2 * W * W];
        Arrays.fill(table, W, 2 * W, 1);
        for (int i = 2 * W; i < table.length; i++) {
            table[i] = i % (2 * W) / (i / (2 * W));
        }
        return table;
    }

    /// From one plane a column of the quad to columns side by side, for `count` quads rounded up to a vector.
    static void interleave(float[] planes, int count, float[] values) {
        for (int i = 0; i < count; i += W) {
            FloatVector v0 = FloatVector.fromArray(Lanes.F, planes, i);
            FloatVector v1 = FloatVector.fromArray(Lanes.F, planes, CHUNK + i);
            FloatVector v2 = FloatVector.fromArray(Lanes.F, planes, 2 * CHUNK + i);
            FloatVector v3 = FloatVector.fromArray(Lanes.F, planes, 3 * CHUNK + i);
            FloatVector even = v0.rearrange(LOW_F, v2);
            FloatVector odd = v1.rearrange(LOW_F, v3);
            even.rearrange(LOW_F, odd).intoArray(values, 4 * i);
            even.rearrange(HIGH_F, odd).intoArray(values, 4 * i + W);
            even = v0.rearrange(HIGH_F, v2);
            odd = v1.rearrange(HIGH_F, v3);
            even.rearrange(LOW_F, odd).intoArray(values, 4 * i + 2 * W);
            even.rearrange(HIGH_F, odd).intoArray(values, 4 * i + 3 * W);
        }
    }

    /// The same for words. A word must not pass through a float: the bits of a NaN are not safe there.
    static void interleave(int[] planes, int count, int[] values) {
        for (int i = 0; i < count; i += W) {
            IntVector v0 = IntVector.fromArray(Lanes.I, planes, i);
            IntVector v1 = IntVector.fromArray(Lanes.I, planes, CHUNK + i);
            IntVector v2 = IntVector.fromArray(Lanes.I, planes, 2 * CHUNK + i);
            IntVector v3 = IntVector.fromArray(Lanes.I, planes, 3 * CHUNK + i);
            IntVector even = v0.rearrange(LOW_I, v2);
            IntVector odd = v1.rearrange(LOW_I, v3);
            even.rearrange(LOW_I, odd).intoArray(values, 4 * i);
            even.rearrange(HIGH_I, odd).intoArray(values, 4 * i + W);
            even = v0.rearrange(HIGH_I, v2);
            odd = v1.rearrange(HIGH_I, v3);
            even.rearrange(LOW_I, odd).intoArray(values, 4 * i + 2 * W);
            even.rearrange(HIGH_I, odd).intoArray(values, 4 * i + 3 * W);
        }
    }
}
