package dev.fusedvae.rng;

import dev.fusedvae.rng.VectorWords.Scratch;
import dev.fusedvae.simd.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// The vector twin of [Normals]: the same operations in the same order, so the same bits.
final class VectorNormals {
    private static final int W = Lanes.WIDTH;
    private static final int CHUNK = VectorWords.CHUNK;

    private VectorNormals() {}

    static void block(Stream stream, long step, long firstRow, int rows, int columns,
            float[] out, int at, int rowStride, int panelStride) {
        int quads = (columns + 3) >>> 2;
        Scratch scratch = Scratch.ofThread();
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
            for (int i = 0; i < count; ) { // a run: quads that lie side by side in one panel of one row
                int run = Math.min(count - i, Math.min(quads - quad, 8 - (quad & 7)));
                int cell = Panels.cell(at + row * rowStride, panelStride, 4 * quad);
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
    static void radius(int[] words, int from, int count, float[] radii) {
        for (int i = from; i < from + count; i += W) {
            IntVector x = IntVector.fromArray(Lanes.I, words, i);
            FloatVector high = toFloat(x.lanewise(VectorOperators.LSHR, 16));
            FloatVector u = high.fma(all(65536f), toFloat(x.and(0xFFFF))).fma(all(0x1p-32f), all(0x1p-33f));
            IntVector bits = u.reinterpretAsInts();
            IntVector exponent = bits.sub(Normals.TWO_THIRDS_BITS).lanewise(VectorOperators.ASHR, 23);
            FloatVector f = bits.sub(exponent.lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats().sub(1f);
            FloatVector p = all(Normals.L8);
            p = p.fma(f, all(Normals.L7));
            p = p.fma(f, all(Normals.L6));
            p = p.fma(f, all(Normals.L5));
            p = p.fma(f, all(Normals.L4));
            p = p.fma(f, all(Normals.L3));
            p = p.fma(f, all(Normals.L2));
            p = p.fma(f, all(Normals.L1));
            p = p.fma(f, all(Normals.L0));
            FloatVector ln = toFloat(exponent).fma(all(Normals.LN2), p.fma(f.mul(f), f));
            ln.mul(-2f).sqrt().intoArray(radii, i);
        }
    }

    /// Turns the radii at `from + i` into the normals of each pair: sine there, cosine one plane on, where y is read.
    static void rotate(int[] words, int from, int count, float[] normals) {
        for (int i = from; i < from + count; i += W) {
            IntVector y = IntVector.fromArray(Lanes.I, words, CHUNK + i);
            IntVector quadrant = y.add(0x20000000).lanewise(VectorOperators.LSHR, 30);
            IntVector rest = y.sub(quadrant.lanewise(VectorOperators.LSHL, 30));
            FloatVector t = toFloat(rest).fma(all(0x1p-30f), all(0x1p-31f));
            FloatVector w = t.mul(t);
            FloatVector s = all(Normals.S3).fma(w, all(Normals.S2)).fma(w, all(Normals.S1)).fma(w, all(Normals.S0)).mul(t);
            FloatVector c = all(Normals.C4).fma(w, all(Normals.C3)).fma(w, all(Normals.C2)).fma(w, all(Normals.C1))
                    .fma(w, all(Normals.C0));
            VectorMask<Float> odd = quadrant.and(1).compare(VectorOperators.NE, 0).cast(Lanes.F);
            FloatVector radius = FloatVector.fromArray(Lanes.F, normals, i);
            flip(s.blend(c, odd), quadrant).mul(radius).intoArray(normals, i);
            flip(c.blend(s, odd), quadrant.add(1)).mul(radius).intoArray(normals, CHUNK + i);
        }
    }

    /// Changes the sign where bit 1 of `quadrant` is set.
    private static FloatVector flip(FloatVector x, IntVector quadrant) {
        IntVector sign = quadrant.and(2).lanewise(VectorOperators.LSHL, 30);
        return x.reinterpretAsInts().lanewise(VectorOperators.XOR, sign).reinterpretAsFloats();
    }

    private static FloatVector toFloat(IntVector x) {
        return (FloatVector) x.convertShape(VectorOperators.I2F, Lanes.F, 0);
    }

    private static FloatVector all(float x) {
        return FloatVector.broadcast(Lanes.F, x);
    }
}
