package dev.fusedvae.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Scalar and vector loops give the same bits (one NaN is as good as another), and touch the same elements.
class ElementwiseBitsTest {

    private interface Function {
        float of(float x);
    }

    @Test
    void functions_giveTheSameBitsOnVectors() {
        Map<String, Map.Entry<Function, UnaryOperator<FloatVector>>> functions = Map.of(
                "exp", Map.entry(ScalarMath::exp, VectorMath::exp),
                "expm1", Map.entry(ScalarMath::expm1, VectorMath::expm1),
                "log", Map.entry(ScalarMath::log, VectorMath::log),
                "log1p", Map.entry(ScalarMath::log1p, VectorMath::log1p),
                "sqrt", Map.entry(ScalarMath::sqrt, VectorMath::sqrt),
                "normalCdf", Map.entry(ScalarMath::normalCdf, VectorMath::normalCdf));
        float[] x = Samples.wild(1 << 14, 11);
        float[] y = new float[x.length];
        functions.forEach((name, pair) -> {
            for (int i = 0; i < x.length; i += Lanes.WIDTH) {
                pair.getValue().apply(FloatVector.fromArray(Lanes.F, x, i)).intoArray(y, i);
            }
            for (int i = 0; i < x.length; i++) {
                assertEquals(
                        Float.floatToIntBits(pair.getKey().of(x[i])), Float.floatToIntBits(y[i]), name + " of " + x[i]);
            }
        });
    }

    @ParameterizedTest(name = "{0} columns, {1} elements")
    @CsvSource({"32, 160", "1, 4", "13, 52", "16, 60", "17, 124", "31, 156", "5, 0"})
    void loops_giveTheSameBitsOnVectors(int columns, int count) {
        for (int seed = 0; seed < 4; seed++) {
            float[] wild = Samples.wild(ElementwiseCalls.arena(), 100 + seed);
            float[] tame = Samples.tame(ElementwiseCalls.arena(), 200 + seed);
            ElementwiseCalls.all(columns, count).forEach((name, call) -> {
                assertSameBits(name, call, wild);
                assertSameBits(name, call, tame);
            });
        }
    }

    @Test
    void loops_changeTheArenaWhenAskedTo() {
        ElementwiseCalls.all(32, ElementwiseCalls.TILE).forEach((name, call) -> {
            float[] before = Samples.tame(ElementwiseCalls.arena(), 7);
            float[] after = before.clone();
            call.on(new VectorElementwise(), after);
            if (!name.equals("IDENTITY in place")) {
                assertNotEquals(-1, Arrays.mismatch(before, after), name);
            }
        });
    }

    @Test
    void preferred_isTheVectorLoopsWhereTheModuleIsLoaded() {
        assertTrue(Simd.vector() ? Elementwise.PREFERRED instanceof VectorElementwise
                : Elementwise.PREFERRED instanceof ScalarElementwise);
    }

    private static void assertSameBits(String name, ElementwiseCalls.Call call, float[] arena) {
        float[] scalar = arena.clone();
        float[] vector = arena.clone();
        call.on(new ScalarElementwise(), scalar);
        call.on(new VectorElementwise(), vector);
        for (int i = 0; i < arena.length; i++) {
            if (Float.floatToIntBits(scalar[i]) != Float.floatToIntBits(vector[i])) {
                assertEquals(scalar[i], vector[i], name + " at " + i);
            }
        }
    }
}
