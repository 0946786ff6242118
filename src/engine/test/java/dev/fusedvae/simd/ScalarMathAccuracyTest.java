package dev.fusedvae.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.spec.Activation;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/// Errors over a sweep of the floats of each domain, evenly spaced in bits and evenly spaced in value.
class ScalarMathAccuracyTest {
    private static final int SAMPLES = 400_000;

    private interface Function {
        float of(float x);
    }

    @Test
    void exp_isWithinOneUlp() {
        assertUlp(1.0, ScalarMath.EXP_MIN, ScalarMath.EXP_MAX, ScalarMath::exp, StrictMath::exp);
    }

    @Test
    void exp_switchesExactlyWhereItsResultLeavesTheNormalFloats() {
        assertTrue(ScalarMath.exp(ScalarMath.EXP_MIN) >= Float.MIN_NORMAL);
        assertEquals(0f, ScalarMath.exp(Math.nextDown(ScalarMath.EXP_MIN)));
        assertTrue(StrictMath.exp(Math.nextDown(ScalarMath.EXP_MIN)) < Float.MIN_NORMAL);
        assertTrue(ScalarMath.exp(ScalarMath.EXP_MAX) < Float.POSITIVE_INFINITY);
        assertEquals(Float.POSITIVE_INFINITY, ScalarMath.exp(Math.nextUp(ScalarMath.EXP_MAX)));
        assertTrue(StrictMath.exp(Math.nextUp(ScalarMath.EXP_MAX)) > Float.MAX_VALUE);
    }

    @Test
    void expm1_isWithinTwoUlp() {
        assertUlp(2.0, -120, 88.72f, ScalarMath::expm1, StrictMath::expm1);
    }

    @Test
    void log_isWithinOneUlp() {
        assertUlp(1.0, 0, Float.MAX_VALUE, ScalarMath::log, StrictMath::log);
        assertUlp(1.0, 0.5f, 2, ScalarMath::log, StrictMath::log);
    }

    @Test
    void log1p_isWithinTwoUlp() {
        assertUlp(2.0, -0.99999994f, Float.MAX_VALUE, ScalarMath::log1p, StrictMath::log1p);
        assertUlp(2.0, 0, 1, ScalarMath::log1p, StrictMath::log1p);
    }

    @Test
    void tanh_isWithinThreeUlp() {
        assertUlp(3.0, -12, 12, ScalarMath::tanh, StrictMath::tanh);
    }

    @Test
    void sigmoid_isWithinThreeUlp() {
        assertUlp(3.0, ScalarMath.EXP_MIN, 90, ScalarMath::sigmoid, x -> 1 / (1 + StrictMath.exp(-x)));
    }

    @Test
    void softplus_isWithinThreeUlp() {
        assertUlp(3.0, ScalarMath.EXP_MIN, 90, ScalarMath::softplus, x -> StrictMath.log1p(StrictMath.exp(x)));
    }

    @Test
    void normalCdf_isWithinItsAbsoluteError() {
        assertAbsolute(2e-7, -30, 30, ScalarMath::normalCdf, a -> a == 0 ? 0.5 : Activation.GELU.value(a) / a);
    }

    @Test
    void normalCdf_keepsItsRelativeErrorInTheLowerTail() {
        for (float a = -1; a > -13; a -= 0.001f) {
            double want = lowerTail(-a);
            double error = Math.abs(ScalarMath.normalCdf(a) / want - 1);
            assertTrue(error < 4e-7 * (1 + 0.5 * a * a), error + " at " + a);
        }
    }

    /// `1 − Φ(a)` by the continued fraction of Mills' ratio, a >= 1.
    private static double lowerTail(double a) {
        double fraction = a;
        for (int k = 400; k > 0; k--) {
            fraction = a + k / fraction;
        }
        return Math.exp(-0.5 * a * a) / Math.sqrt(2 * Math.PI) / fraction;
    }

    @Test
    void elu_isWithinTwoUlp() {
        assertUlp(2.0, -120, 120, ScalarMath::elu, Activation.ELU::value);
    }

    @Test
    void silu_isWithinFourUlp() {
        assertUlp(4.0, -87, 87, ScalarMath::silu, Activation.SILU::value);
    }

    @Test
    void gelu_isWithinItsAbsoluteError() {
        assertAbsolute(2e-7, -30, 30, ScalarMath::gelu, Activation.GELU::value);
    }

    @Test
    void derivatives_areWithinTheirAbsoluteErrors() {
        for (Activation act : Activation.values()) {
            Function derivative = x -> act.derivesFromInput()
                    ? ScalarElementwise.derivative(act, x)
                    : ScalarElementwise.derivative(act, ScalarElementwise.value(act, x));
            assertAbsolute(4e-7, -30, 30, derivative, a -> act.derivative(a, act.value(a)));
        }
    }

    private static void assertUlp(double bound, float low, float high, Function f, DoubleUnaryOperator exact) {
        double worst = 0;
        float at = 0;
        for (int i = 0; i <= 2 * SAMPLES; i++) {
            float x = sample(i, low, high);
            double want = exact.applyAsDouble(x);
            double error = Math.abs(f.of(x) - want) / Math.ulp((float) want);
            if (!(error <= worst)) {
                worst = error;
                at = x;
            }
        }
        assertTrue(worst <= bound, worst + " ulp at " + at);
        assertTrue(worst > 0.4, "a sweep that finds no rounding error compares nothing");
    }

    private static void assertAbsolute(double bound, float low, float high, Function f, DoubleUnaryOperator exact) {
        double worst = 0;
        float at = 0;
        for (int i = 0; i <= 2 * SAMPLES; i++) {
            float x = sample(i, low, high);
            double error = Math.abs(f.of(x) - exact.applyAsDouble(x)) / Math.max(1, Math.abs(x));
            if (!(error <= worst)) {
                worst = error;
                at = x;
            }
        }
        assertTrue(worst <= bound, worst + " at " + at);
    }

    /// Even i: evenly spaced values; odd i: evenly spaced bit patterns, which visits every exponent.
    private static float sample(int i, float low, float high) {
        double share = (i / 2) / (double) SAMPLES;
        if (i % 2 == 0) {
            return (float) (low + share * ((double) high - low));
        }
        long from = ordered(low);
        return unordered(from + (long) (share * (ordered(high) - from)));
    }

    private static long ordered(float x) {
        int bits = Float.floatToRawIntBits(x);
        return bits >= 0 ? bits : -(long) (bits & Integer.MAX_VALUE);
    }

    private static float unordered(long order) {
        return order >= 0 ? Float.intBitsToFloat((int) order) : -Float.intBitsToFloat((int) -order);
    }
}
