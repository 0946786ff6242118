package dev.fusedvae.lab;

/// The roof of the scalar path: plain loops, as the compiler translates them.
final class ScalarRoof implements RoofLoops {
    private static final int CHAINS = 8;

    @Override
    public double multiplyAdd(int steps) {
        float x = 0.999f, y = 0.001f;
        float s0 = x, s1 = x, s2 = x, s3 = x, s4 = y, s5 = y, s6 = y, s7 = y;
        for (int i = 0; i < steps; i++) {
            s0 = Math.fma(s0, x, y); s1 = Math.fma(s1, x, y); s2 = Math.fma(s2, x, y); s3 = Math.fma(s3, x, y);
            s4 = Math.fma(s4, x, y); s5 = Math.fma(s5, x, y); s6 = Math.fma(s6, x, y); s7 = Math.fma(s7, x, y);
        }
        return s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7;
    }

    @Override
    public long flops(int steps) {
        return 2L * CHAINS * steps;
    }

    @Override
    public void triad(float[] a, float[] b, float[] c, int from, int to) {
        for (int i = from; i < to; i++) {
            a[i] = Math.fma(c[i], 1.0001f, b[i]);
        }
    }
}
