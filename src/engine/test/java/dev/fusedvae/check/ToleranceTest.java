package dev.fusedvae.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ToleranceTest {

    @Test
    void allowed_isTwiceTheNaiveErrorAndTheFloor() {
        assertEquals(2e-3, Tolerance.FP32.allowed(1e-3), 1e-18);
        assertEquals(Float.MIN_NORMAL, Tolerance.FP32.allowed(0));
    }

    @Test
    void relativeError_isEuclidean() {
        assertEquals(0.2, Tolerance.relativeError(new float[] {3, 5}, new double[] {3, 4}), 1e-15);
    }

    @Test
    void relativeError_refusesAnExpectationOfZeros() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> Tolerance.relativeError(new float[2], new double[2]));
        assertTrue(e.getMessage().contains("all zeros"), e.getMessage());
    }

    @Test
    void gamma_boundsEveryOrderOfSummation() {
        Random random = new Random(3);
        for (int trial = 0; trial < 200; trial++) {
            int n = 1 + random.nextInt(1000);
            double exact = 0;
            double size = 0;
            float forward = 0;
            float[] terms = new float[n];
            for (int i = 0; i < n; i++) {
                terms[i] = (float) random.nextGaussian();
                forward += terms[i];
                exact += terms[i];
                size += Math.abs(terms[i]);
            }
            float backward = 0;
            for (int i = n - 1; i >= 0; i--) {
                backward += terms[i];
            }
            double bound = Tolerance.FP32.gamma(n) * size;
            assertTrue(Math.abs(forward - exact) <= bound && Math.abs(backward - exact) <= bound);
        }
    }

    @Test
    void tolerance_refusesAFactorBelowOne() {
        assertThrows(IllegalArgumentException.class, () -> new Tolerance(0x1p-24, 0.5, 0, 0));
    }
}
