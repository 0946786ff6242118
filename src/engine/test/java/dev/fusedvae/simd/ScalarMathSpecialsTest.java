package dev.fusedvae.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.spec.Activation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ScalarMathSpecialsTest {

    /// What PyTorch gives on the CPU; `assertEquals` on boxed floats tells −0 from +0.
    @ParameterizedTest(name = "{0}({1}) = {2}")
    @CsvSource({
        "exp, 0, 1", "exp, -0.0, 1", "exp, Infinity, Infinity", "exp, -Infinity, 0", "exp, 1e30, Infinity", "exp, -1e30, 0",
        "exp, NaN, NaN", "expm1, 0, 0", "expm1, -0.0, -0.0", "expm1, Infinity, Infinity", "expm1, -Infinity, -1",
        "expm1, NaN, NaN", "expm1, 88.8, Infinity", "log, 1, 0", "log, 0, -Infinity", "log, -0.0, -Infinity",
        "log, -1, NaN", "log, -Infinity, NaN", "log, Infinity, Infinity", "log, NaN, NaN", "log1p, 0, 0",
        "log1p, -0.0, -0.0", "log1p, -1, -Infinity", "log1p, -2, NaN", "log1p, Infinity, Infinity", "log1p, NaN, NaN",
        "cdf, Infinity, 1", "cdf, -Infinity, 0", "cdf, NaN, NaN", "sqrt, 2.25, 1.5",
        "sqrt, -0.0, -0.0", "sqrt, -1, NaN", "sqrt, Infinity, Infinity", "sqrt, NaN, NaN",
        "identity, -0.0, -0.0", "relu, -0.0, -0.0", "relu, Infinity, Infinity", "relu, -Infinity, 0",
        "leaky-relu, -0.0, -0.0", "leaky-relu, Infinity, Infinity", "leaky-relu, -Infinity, -Infinity",
        "tanh, 0, 0", "tanh, -0.0, -0.0", "tanh, Infinity, 1", "tanh, -Infinity, -1",
        "sigmoid, 0, 0.5", "sigmoid, Infinity, 1", "sigmoid, -Infinity, 0", "softplus, Infinity, Infinity",
        "softplus, -Infinity, 0", "elu, -0.0, -0.0", "elu, Infinity, Infinity", "elu, -Infinity, -1",
        "gelu, -0.0, -0.0", "gelu, Infinity, Infinity", "gelu, -Infinity, NaN", "silu, -0.0, -0.0",
        "silu, Infinity, Infinity", "silu, -Infinity, NaN"
    })
    void specialValues_areThoseOfPyTorch(String function, float x, float expected) {
        assertEquals(Float.valueOf(expected), Float.valueOf(apply(function, x)));
    }

    @ParameterizedTest
    @EnumSource
    void specialValues_agreeWithTheDefinition(Activation act) {
        float[] specials = {0f, -0f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, 1e38f, -1e38f};
        for (float x : specials) {
            assertEquals((float) act.value(x), ScalarElementwise.value(act, x), act + " of " + x);
        }
    }

    @ParameterizedTest
    @EnumSource
    void nan_propagatesWhateverItsPayload(Activation act) {
        for (int bits : new int[] {0x7fc00000, 0xffc00000, 0x7fc00001, 0x7fffffff, 0xffffffff, 0x7f800001}) {
            float nan = Float.intBitsToFloat(bits);
            assertTrue(Float.isNaN(ScalarElementwise.value(act, nan)), () -> "value at " + Integer.toHexString(bits));
            assertTrue(Float.isNaN(ScalarElementwise.derivative(act, nan)), () -> "slope at " + Integer.toHexString(bits));
            assertTrue(Float.isNaN(ScalarMath.exp(nan)) && Float.isNaN(ScalarMath.log(nan))
                    && Float.isNaN(ScalarMath.log1p(nan)) && Float.isNaN(ScalarMath.expm1(nan)));
        }
    }

    @Test
    void derivatives_areOneSidedWhereTheFunctionHasAKink() {
        assertEquals(0f, ScalarMath.reluDerivative(0f));
        assertEquals(0.01f, ScalarMath.leakyReluDerivative(0f));
        assertEquals(1f, ScalarMath.eluDerivative(0f));
    }

    private static float apply(String function, float x) {
        return switch (function) {
            case "exp" -> ScalarMath.exp(x);
            case "expm1" -> ScalarMath.expm1(x);
            case "log" -> ScalarMath.log(x);
            case "log1p" -> ScalarMath.log1p(x);
            case "cdf" -> ScalarMath.normalCdf(x);
            case "sqrt" -> ScalarMath.sqrt(x);
            default -> ScalarElementwise.value(Activation.parse(function), x);
        };
    }
}
