package dev.fusedvae.backend.cpu;

import static dev.fusedvae.simd.Lanes.F;
import static dev.fusedvae.simd.Lanes.WIDTH;

import jdk.incubator.vector.FloatVector;

/// Register tiles of [Gemm#columns(int, float[], int, int[], int, float[], int, float[], int)]: as [ColumnTiles], along the
/// list of the k that count; see [TermTiles] for what a term costs.
final class ColumnTermTiles {
    private ColumnTermTiles() {}

    static void tile12(int[] terms, int from, int to, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt) {
        FloatVector zero = FloatVector.zero(F), v;
        FloatVector p0 = zero, p1 = zero, p2 = zero, p3 = zero;
        FloatVector p4 = zero, p5 = zero, p6 = zero, p7 = zero;
        FloatVector p8 = zero, p9 = zero, p10 = zero, p11 = zero;
        FloatVector q0 = zero, q1 = zero, q2 = zero, q3 = zero;
        FloatVector q4 = zero, q5 = zero, q6 = zero, q7 = zero;
        FloatVector q8 = zero, q9 = zero, q10 = zero, q11 = zero;
        for (int i = from; i < to; i++) {
            int k = terms[i] * 32;
            int at = aAt + k;
            int row = bAt + k;
            FloatVector left = FloatVector.fromArray(F, b, row);
            FloatVector right = FloatVector.fromArray(F, b, row + WIDTH);
            v = FloatVector.broadcast(F, a[at]); p0 = v.fma(left, p0); q0 = v.fma(right, q0);
            v = FloatVector.broadcast(F, a[at + 1]); p1 = v.fma(left, p1); q1 = v.fma(right, q1);
            v = FloatVector.broadcast(F, a[at + 2]); p2 = v.fma(left, p2); q2 = v.fma(right, q2);
            v = FloatVector.broadcast(F, a[at + 3]); p3 = v.fma(left, p3); q3 = v.fma(right, q3);
            v = FloatVector.broadcast(F, a[at + 4]); p4 = v.fma(left, p4); q4 = v.fma(right, q4);
            v = FloatVector.broadcast(F, a[at + 5]); p5 = v.fma(left, p5); q5 = v.fma(right, q5);
            v = FloatVector.broadcast(F, a[at + 6]); p6 = v.fma(left, p6); q6 = v.fma(right, q6);
            v = FloatVector.broadcast(F, a[at + 7]); p7 = v.fma(left, p7); q7 = v.fma(right, q7);
            v = FloatVector.broadcast(F, a[at + 8]); p8 = v.fma(left, p8); q8 = v.fma(right, q8);
            v = FloatVector.broadcast(F, a[at + 9]); p9 = v.fma(left, p9); q9 = v.fma(right, q9);
            v = FloatVector.broadcast(F, a[at + 10]); p10 = v.fma(left, p10); q10 = v.fma(right, q10);
            v = FloatVector.broadcast(F, a[at + 11]); p11 = v.fma(left, p11); q11 = v.fma(right, q11);
        }
        p0.intoArray(c, cAt); q0.intoArray(c, cAt + WIDTH);
        p1.intoArray(c, cAt + 1 * 32); q1.intoArray(c, cAt + 1 * 32 + WIDTH);
        p2.intoArray(c, cAt + 2 * 32); q2.intoArray(c, cAt + 2 * 32 + WIDTH);
        p3.intoArray(c, cAt + 3 * 32); q3.intoArray(c, cAt + 3 * 32 + WIDTH);
        p4.intoArray(c, cAt + 4 * 32); q4.intoArray(c, cAt + 4 * 32 + WIDTH);
        p5.intoArray(c, cAt + 5 * 32); q5.intoArray(c, cAt + 5 * 32 + WIDTH);
        p6.intoArray(c, cAt + 6 * 32); q6.intoArray(c, cAt + 6 * 32 + WIDTH);
        p7.intoArray(c, cAt + 7 * 32); q7.intoArray(c, cAt + 7 * 32 + WIDTH);
        p8.intoArray(c, cAt + 8 * 32); q8.intoArray(c, cAt + 8 * 32 + WIDTH);
        p9.intoArray(c, cAt + 9 * 32); q9.intoArray(c, cAt + 9 * 32 + WIDTH);
        p10.intoArray(c, cAt + 10 * 32); q10.intoArray(c, cAt + 10 * 32 + WIDTH);
        p11.intoArray(c, cAt + 11 * 32); q11.intoArray(c, cAt + 11 * 32 + WIDTH);
    }

    static void tile8(int[] terms, int from, int to, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt) {
        FloatVector zero = FloatVector.zero(F), v;
        FloatVector p0 = zero, p1 = zero, p2 = zero, p3 = zero;
        FloatVector p4 = zero, p5 = zero, p6 = zero, p7 = zero;
        FloatVector q0 = zero, q1 = zero, q2 = zero, q3 = zero;
        FloatVector q4 = zero, q5 = zero, q6 = zero, q7 = zero;
        for (int i = from; i < to; i++) {
            int k = terms[i] * 32;
            int at = aAt + k;
            int row = bAt + k;
            FloatVector left = FloatVector.fromArray(F, b, row);
            FloatVector right = FloatVector.fromArray(F, b, row + WIDTH);
            v = FloatVector.broadcast(F, a[at]); p0 = v.fma(left, p0); q0 = v.fma(right, q0);
            v = FloatVector.broadcast(F, a[at + 1]); p1 = v.fma(left, p1); q1 = v.fma(right, q1);
            v = FloatVector.broadcast(F, a[at + 2]); p2 = v.fma(left, p2); q2 = v.fma(right, q2);
            v = FloatVector.broadcast(F, a[at + 3]); p3 = v.fma(left, p3); q3 = v.fma(right, q3);
            v = FloatVector.broadcast(F, a[at + 4]); p4 = v.fma(left, p4); q4 = v.fma(right, q4);
            v = FloatVector.broadcast(F, a[at + 5]); p5 = v.fma(left, p5); q5 = v.fma(right, q5);
            v = FloatVector.broadcast(F, a[at + 6]); p6 = v.fma(left, p6); q6 = v.fma(right, q6);
            v = FloatVector.broadcast(F, a[at + 7]); p7 = v.fma(left, p7); q7 = v.fma(right, q7);
        }
        p0.intoArray(c, cAt); q0.intoArray(c, cAt + WIDTH);
        p1.intoArray(c, cAt + 1 * 32); q1.intoArray(c, cAt + 1 * 32 + WIDTH);
        p2.intoArray(c, cAt + 2 * 32); q2.intoArray(c, cAt + 2 * 32 + WIDTH);
        p3.intoArray(c, cAt + 3 * 32); q3.intoArray(c, cAt + 3 * 32 + WIDTH);
        p4.intoArray(c, cAt + 4 * 32); q4.intoArray(c, cAt + 4 * 32 + WIDTH);
        p5.intoArray(c, cAt + 5 * 32); q5.intoArray(c, cAt + 5 * 32 + WIDTH);
        p6.intoArray(c, cAt + 6 * 32); q6.intoArray(c, cAt + 6 * 32 + WIDTH);
        p7.intoArray(c, cAt + 7 * 32); q7.intoArray(c, cAt + 7 * 32 + WIDTH);
    }

    static void tile4(int[] terms, int from, int to, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt) {
        FloatVector zero = FloatVector.zero(F), v;
        FloatVector p0 = zero, p1 = zero, p2 = zero, p3 = zero;
        FloatVector q0 = zero, q1 = zero, q2 = zero, q3 = zero;
        for (int i = from; i < to; i++) {
            int k = terms[i] * 32;
            int at = aAt + k;
            int row = bAt + k;
            FloatVector left = FloatVector.fromArray(F, b, row);
            FloatVector right = FloatVector.fromArray(F, b, row + WIDTH);
            v = FloatVector.broadcast(F, a[at]); p0 = v.fma(left, p0); q0 = v.fma(right, q0);
            v = FloatVector.broadcast(F, a[at + 1]); p1 = v.fma(left, p1); q1 = v.fma(right, q1);
            v = FloatVector.broadcast(F, a[at + 2]); p2 = v.fma(left, p2); q2 = v.fma(right, q2);
            v = FloatVector.broadcast(F, a[at + 3]); p3 = v.fma(left, p3); q3 = v.fma(right, q3);
        }
        p0.intoArray(c, cAt); q0.intoArray(c, cAt + WIDTH);
        p1.intoArray(c, cAt + 1 * 32); q1.intoArray(c, cAt + 1 * 32 + WIDTH);
        p2.intoArray(c, cAt + 2 * 32); q2.intoArray(c, cAt + 2 * 32 + WIDTH);
        p3.intoArray(c, cAt + 3 * 32); q3.intoArray(c, cAt + 3 * 32 + WIDTH);
    }
}
