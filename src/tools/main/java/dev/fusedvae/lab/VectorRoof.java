package dev.fusedvae.lab;

import static dev.fusedvae.simd.Lanes.F;

import jdk.incubator.vector.FloatVector;

/// Loops whose time is that of arithmetic alone, or of memory alone.
final class VectorRoof implements RoofLoops {
    private static final int CHAINS = 14;

    /// Chains of fused multiply-adds that touch no memory: as many as fit 16 registers beside their two operands.
    @Override
    public double multiplyAdd(int steps) {
        FloatVector x = FloatVector.broadcast(F, 0.999f), y = FloatVector.broadcast(F, 0.001f);
        FloatVector s0 = x, s1 = x, s2 = x, s3 = x, s4 = x, s5 = x, s6 = x;
        FloatVector s7 = y, s8 = y, s9 = y, s10 = y, s11 = y, s12 = y, s13 = y;
        for (int i = 0; i < steps; i++) {
            s0 = s0.fma(x, y); s1 = s1.fma(x, y); s2 = s2.fma(x, y); s3 = s3.fma(x, y); s4 = s4.fma(x, y);
            s5 = s5.fma(x, y); s6 = s6.fma(x, y); s7 = s7.fma(x, y); s8 = s8.fma(x, y); s9 = s9.fma(x, y);
            s10 = s10.fma(x, y); s11 = s11.fma(x, y); s12 = s12.fma(x, y); s13 = s13.fma(x, y);
        }
        FloatVector low = s0.add(s1).add(s2).add(s3).add(s4).add(s5).add(s6);
        return low.add(s7).add(s8).add(s9).add(s10).add(s11).add(s12).add(s13).lane(0);
    }

    @Override
    public long flops(int steps) {
        return 2L * CHAINS * F.length() * steps;
    }

    @Override
    public void triad(float[] a, float[] b, float[] c, int from, int to) {
        FloatVector scale = FloatVector.broadcast(F, 1.0001f);
        int i = from;
        for (; i <= to - F.length(); i += F.length()) {
            FloatVector.fromArray(F, c, i).fma(scale, FloatVector.fromArray(F, b, i)).intoArray(a, i);
        }
        for (; i < to; i++) {
            a[i] = Math.fma(c[i], 1.0001f, b[i]);
        }
    }
}
