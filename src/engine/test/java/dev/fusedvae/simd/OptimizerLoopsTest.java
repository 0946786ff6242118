package dev.fusedvae.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class OptimizerLoopsTest {
    private static final int N = 24;
    private final Elementwise loops = new ScalarElementwise();

    @Test
    void adamW_matchesPyTorchsFormulasInDouble() {
        double beta1 = 0.9;
        double beta2 = 0.999;
        double lr = 0.01;
        double decay = 1 - lr * 0.05;
        AdamRule rule = AdamRule.of(beta1, beta2, 1e-8);
        float[] a = new float[4 * N];
        double[] w = new double[N];
        double[] m = new double[N];
        double[] v = new double[N];
        for (int t = 1; t <= 20; t++) {
            float[] g = Samples.uniform(N, -1, 1, t);
            System.arraycopy(g, 0, a, 3 * N, N);
            double bc1 = 1 - Math.pow(beta1, t);
            double bc2 = 1 - Math.pow(beta2, t);
            loops.adam(a, 0, N, 2 * N, 3 * N, N, rule, (float) (lr / bc1), (float) (1 / Math.sqrt(bc2)),
                    (float) decay, 0.5f);
            for (int i = 0; i < N; i++) {
                double half = 0.5 * g[i];
                w[i] *= decay;
                m[i] = beta1 * m[i] + (1 - beta1) * half;
                v[i] = beta2 * v[i] + (1 - beta2) * half * half;
                w[i] -= lr / bc1 * m[i] / (Math.sqrt(v[i]) / Math.sqrt(bc2) + 1e-8);
                assertEquals(w[i], a[i], 1e-6);
                assertEquals(m[i], a[N + i], 1e-7);
                assertEquals(v[i], a[2 * N + i], 1e-7);
            }
        }
    }

    @Test
    void adam_flushesWhatWouldBecomeDenormal() {
        float[] a = {1, 1e-30f, 1e-36f, 0};
        loops.adam(a, 0, 1, 2, 3, 1, AdamRule.of(0.9, 0.999, 1e-8), 0.01f, 1, 1, 1);
        assertEquals(0f, a[1]);
        assertEquals(0f, a[2]);
        assertEquals(1f, a[0]);
    }

    @Test
    void sgd_startsWithTheGradientAndGathersMomentum() {
        float[] a = {1, 0, 2};
        loops.sgd(a, 0, 1, 2, 1, 0.5f, 0.25f, 1);
        assertEquals(2f, a[1]);
        assertEquals(0.5f, a[0]);
        loops.sgd(a, 0, 1, 2, 1, 0.5f, 0.25f, 0.5f);
        assertEquals(2f, a[1]);
        assertEquals(0f, a[0]);
    }

    @Test
    void sumOfSquares_isExactForSmallIntegers() {
        float[] a = new float[101];
        double[] lanes = new double[16];
        for (int i = 0; i < a.length; i++) {
            a[i] = i % 7 - 3;
        }
        double expected = 0;
        for (int i = 1; i < 97; i++) {
            expected += a[i] * a[i];
        }
        loops.sumOfSquares(a, 1, 96, lanes, 0);
        assertEquals(expected, VirtualLanes.sum(lanes, 0));
    }

    @Test
    void virtualLanes_addUpInOneFixedTree() {
        float[] lanes = Samples.tame(17, 5);
        double[] d = new double[16];
        for (int i = 0; i < 16; i++) {
            d[i] = lanes[i + 1];
        }
        for (int distance = 8; distance > 0; distance /= 2) {
            for (int i = 0; i < distance; i++) {
                d[i] += d[i + distance];
            }
        }
        assertEquals(d[0], VirtualLanes.sum(lanes, 1));
    }

    @Test
    void adamRule_refusesBadConstants() {
        assertEquals("beta2 must be in [0, 1), got 1.0",
                assertThrows(IllegalArgumentException.class, () -> AdamRule.of(0.9, 1, 1e-8)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> AdamRule.of(0.9, 0.999, 0));
    }
}
