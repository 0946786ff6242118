package dev.fusedvae.check;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/// [Tolerance#TF32X3] against a model of tensor cores that cut: what its derivation assumes, executed.
class TensorCoreToleranceTest {
    private static final int SLICE = 16;
    private static final int DEPTH = 8;
    private static final int BLOCK = 4;

    /// To 11 significant bits, to nearest, ties away from zero.
    private static float tf32(float x) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(x) + 0x1000 & 0xffffe000);
    }

    private static double cut(double x, double quantum) {
        return (long) (x / quantum) * quantum;
    }

    /// 24 bits, towards zero.
    private static float cut(double x) {
        return x == 0 ? 0 : (float) cut(x, Math.scalb(1.0, Math.getExponent(x) - 23));
    }

    /// d + Σ a b: four products and the sum so far are aligned to the greatest exponent, cut there at 24 bits, added, cut.
    private static float product(float d, float[] a, float[] b) {
        float sum = d;
        for (int block = 0; block < DEPTH; block += BLOCK) {
            int top = sum == 0 ? Double.MIN_EXPONENT : Math.getExponent((double) sum);
            for (int k = block; k < block + BLOCK; k++) {
                double term = (double) a[k] * b[k];
                top = Math.max(top, term == 0 ? Double.MIN_EXPONENT : Math.getExponent(term));
            }
            double quantum = Math.scalb(1.0, Math.max(top, -900) - 23);
            double total = cut(sum, quantum);
            for (int k = block; k < block + BLOCK; k++) {
                total += cut((double) a[k] * b[k], quantum);
            }
            sum = cut(total);
        }
        return sum;
    }

    /// The order of kernels/common/mma.cuh: a slice from zero, corrections on their own. `corrections` 0 to 2 takes part.
    private static float tf32x3(float[] x, float[] w, int corrections) {
        float sum = 0;
        float small = 0;
        for (int k0 = 0; k0 < x.length; k0 += SLICE) {
            float big = 0;
            for (int k = k0; k < k0 + SLICE; k += DEPTH) {
                float[][] parts = new float[4][DEPTH];
                for (int i = 0; i < DEPTH && k + i < x.length; i++) {
                    parts[0][i] = tf32(x[k + i]);
                    parts[1][i] = tf32(x[k + i] - parts[0][i]);
                    parts[2][i] = tf32(w[k + i]);
                    parts[3][i] = tf32(w[k + i] - parts[2][i]);
                }
                big = product(big, parts[0], parts[2]);
                small = corrections > 0 ? product(small, parts[1], parts[2]) : small;
                small = corrections > 1 ? product(small, parts[0], parts[3]) : small;
            }
            sum += big;
        }
        return sum + small;
    }

    /// The largest error in units of what [Tolerance#TF32X3] takes for naive, over operands of one sign and of both.
    private static double worst(int depth, int corrections) {
        Random random = new Random(depth);
        double worst = 0;
        for (int trial = 0; trial < 300; trial++) {
            float[] x = new float[depth];
            float[] w = new float[depth];
            double exact = 0;
            double size = 0;
            for (int k = 0; k < depth; k++) {
                x[k] = (float) (trial % 2 == 0 ? random.nextGaussian() : random.nextDouble());
                w[k] = (float) (trial % 2 == 0 ? random.nextGaussian() * Math.scalb(1.0, -random.nextInt(20)) : random.nextDouble());
                exact += (double) x[k] * w[k];
                size += Math.abs((double) x[k] * w[k]);
            }
            worst = Math.max(worst, Math.abs(tf32x3(x, w, corrections) - exact) / (Tolerance.TF32X3.productGamma(depth) * size));
        }
        return worst;
    }

    @Test
    void tf32x3_boundsCoresThatCut() {
        for (int depth : new int[] {1, 2, 13, 16, 17, 64, 207, 784}) {
            double worst = worst(depth, 2);
            assertTrue(worst > 0 && worst <= 1, "K = " + depth + ": " + worst + " of the bound");
        }
    }

    @Test
    void tf32x3_isTooTightForALeftOutCorrection() {
        for (int depth : new int[] {1, 13, 64}) {
            assertTrue(worst(depth, 1) > Tolerance.TF32X3.factor(), "K = " + depth + ": one correction passes");
            assertTrue(worst(depth, 0) > Tolerance.TF32X3.factor(), "K = " + depth + ": none passes");
        }
    }
}
