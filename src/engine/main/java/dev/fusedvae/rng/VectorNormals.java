package dev.fusedvae.rng;

import dev.fusedvae.simd.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// The vector twin of [Normals]: the same operations in the same order, so the same bits.
final class VectorNormals {
    private static final int W = Lanes.WIDTH;
    private static final int CHUNK = VectorWords.CHUNK;

    // Constants and no helper methods: past the compiler's node limit only the Vector API's own calls are still
    // inlined, and a helper that is not boxes its vectors.
    private static final FloatVector HALF = all(0x1p16f);
    private static final FloatVector STEP = all(0x1p-32f);
    private static final FloatVector HALF_STEP = all(0x1p-33f);
    private static final FloatVector QUARTER = all(0x1p-30f);
    private static final FloatVector HALF_QUARTER = all(0x1p-31f);
    private static final FloatVector L8 = all(Normals.L8);
    private static final FloatVector L7 = all(Normals.L7);
    private static final FloatVector L6 = all(Normals.L6);
    private static final FloatVector L5 = all(Normals.L5);
    private static final FloatVector L4 = all(Normals.L4);
    private static final FloatVector L3 = all(Normals.L3);
    private static final FloatVector L2 = all(Normals.L2);
    private static final FloatVector L1 = all(Normals.L1);
    private static final FloatVector L0 = all(Normals.L0);
    private static final FloatVector LN2 = all(Normals.LN2);
    private static final FloatVector S3 = all(Normals.S3);
    private static final FloatVector S2 = all(Normals.S2);
    private static final FloatVector S1 = all(Normals.S1);
    private static final FloatVector S0 = all(Normals.S0);
    private static final FloatVector C4 = all(Normals.C4);
    private static final FloatVector C3 = all(Normals.C3);
    private static final FloatVector C2 = all(Normals.C2);
    private static final FloatVector C1 = all(Normals.C1);
    private static final FloatVector C0 = all(Normals.C0);

    private VectorNormals() {}

    static void block(Stream stream, long step, long firstRow, int rows, Strips strips, float[] out, int at) {
        int columns = strips.columns();
        int quads = (columns + 3) >>> 2;
        VectorWords.Scratch scratch = VectorWords.Scratch.ofThread();
        int row = 0;
        int quad = 0;
        for (int left = rows * quads, first = 0; left > 0; left -= CHUNK, first += CHUNK) {
            int count = Math.min(left, CHUNK);
            VectorWords.fill(stream, step, firstRow, quads, first, count, scratch.words);
            for (int pair = 0; pair < 4 * CHUNK; pair += 2 * CHUNK) {
                radius(scratch.words, pair, count, scratch.planes);
                rotate(scratch.words, pair, count, scratch.planes);
            }
            VectorWords.interleave(scratch.planes, count, scratch.values);
            for (int i = 0; i < count; ) { // a run: quads that lie side by side in one strip of one row
                int run = Math.min(count - i, Math.min(quads - quad, strips.rest(4 * quad) >>> 2));
                int cell = strips.cell(at + row * strips.rowStride(), 4 * quad);
                System.arraycopy(scratch.values, 4 * i, out, cell, Math.min(4 * run, columns - 4 * quad));
                i += run;
                quad += run;
                if (quad == quads) {
                    quad = 0;
                    row++;
                }
            }
        }
    }

    /// The radius of each word x at `from + i`, i in [0, count) rounded up to a vector.
    private static void radius(int[] words, int from, int count, float[] radii) {
        for (int i = from; i < from + count; i += W) {
            IntVector x = IntVector.fromArray(Lanes.I, words, i);
            FloatVector high = (FloatVector) x.lanewise(VectorOperators.LSHR, 16).convert(VectorOperators.I2F, 0);
            FloatVector low = (FloatVector) x.and(0xFFFF).convert(VectorOperators.I2F, 0);
            FloatVector u = high.fma(HALF, low).fma(STEP, HALF_STEP);
            IntVector bits = u.reinterpretAsInts();
            IntVector exponent = bits.sub(Normals.TWO_THIRDS_BITS).lanewise(VectorOperators.ASHR, 23);
            FloatVector f = bits.sub(exponent.lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats().sub(1f);
            FloatVector p = L8;
            p = p.fma(f, L7);
            p = p.fma(f, L6);
            p = p.fma(f, L5);
            p = p.fma(f, L4);
            p = p.fma(f, L3);
            p = p.fma(f, L2);
            p = p.fma(f, L1);
            p = p.fma(f, L0);
            FloatVector e = (FloatVector) exponent.convert(VectorOperators.I2F, 0);
            FloatVector ln = e.fma(LN2, p.fma(f.mul(f), f));
            ln.mul(-2f).sqrt().intoArray(radii, i);
        }
    }

    /// Turns the radii at `from + i` into the normals of each pair: sine there, cosine one plane on, where y is read.
    private static void rotate(int[] words, int from, int count, float[] normals) {
        for (int i = from; i < from + count; i += W) {
            IntVector y = IntVector.fromArray(Lanes.I, words, CHUNK + i);
            IntVector quadrant = y.add(0x20000000).lanewise(VectorOperators.LSHR, 30);
            IntVector rest = y.sub(quadrant.lanewise(VectorOperators.LSHL, 30));
            FloatVector t = ((FloatVector) rest.convert(VectorOperators.I2F, 0)).fma(QUARTER, HALF_QUARTER);
            FloatVector w = t.mul(t);
            FloatVector s = S3.fma(w, S2).fma(w, S1).fma(w, S0).mul(t);
            FloatVector c = C4.fma(w, C3).fma(w, C2).fma(w, C1).fma(w, C0);
            // In odd quadrants sine and cosine change places, here by exclusive or with what they differ in.
            IntVector si = s.reinterpretAsInts();
            IntVector ci = c.reinterpretAsInts();
            IntVector swap = si.lanewise(VectorOperators.XOR, ci).and(quadrant.and(1).neg());
            IntVector sineSign = quadrant.and(2).lanewise(VectorOperators.LSHL, 30);
            IntVector cosineSign = quadrant.add(1).and(2).lanewise(VectorOperators.LSHL, 30);
            FloatVector radius = FloatVector.fromArray(Lanes.F, normals, i);
            si.lanewise(VectorOperators.XOR, swap).lanewise(VectorOperators.XOR, sineSign)
                    .reinterpretAsFloats().mul(radius).intoArray(normals, i);
            ci.lanewise(VectorOperators.XOR, swap).lanewise(VectorOperators.XOR, cosineSign)
                    .reinterpretAsFloats().mul(radius).intoArray(normals, CHUNK + i);
        }
    }

    private static FloatVector all(float x) {
        return FloatVector.broadcast(Lanes.F, x);
    }
}
