package dev.fusedvae.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ActivationTest {

    @ParameterizedTest
    @EnumSource
    void flag_roundTrips(Activation activation) {
        assertEquals(activation, Activation.parse(activation.flag()));
    }

    @Test
    void parse_namesEveryChoiceWhenItRefuses() {
        var refusal = assertThrows(IllegalArgumentException.class, () -> Activation.parse("swish"));
        assertTrue(refusal.getMessage().matches("activation must be one of identity, relu, leaky-relu, .*, silu.*; got swish"), refusal.getMessage());
        for (Activation activation : Activation.values()) {
            assertTrue(refusal.getMessage().contains(" " + activation.flag()), activation.flag());
        }
    }

    @ParameterizedTest
    @EnumSource
    void derivative_isTheSlopeOfTheValue(Activation activation) {
        double h = 1e-5;
        for (double a = -6.01; a < 6; a += 0.07) {
            double slope = (activation.value(a + h) - activation.value(a - h)) / (2 * h);
            assertEquals(slope, activation.derivative(a, activation.value(a)), 1e-9, activation + " at " + a);
        }
    }

    @ParameterizedTest
    @EnumSource
    void nan_propagates(Activation activation) {
        assertTrue(Double.isNaN(activation.value(Double.NaN)), "value");
        assertTrue(Double.isNaN(activation.derivative(Double.NaN, Double.NaN)), "derivative");
    }

    @Test
    void erf_meetsPublishedDigits() { // 15 digits, from a 50-digit evaluation
        assertEquals(0.112462916018285, Activation.erf(0.1), 1e-15);
        assertEquals(0.520499877813047, Activation.erf(0.5), 1e-15);
        assertEquals(0.842700792949715, Activation.erf(1), 1e-15);
        assertEquals(-0.995322265018953, Activation.erf(-2), 1e-15);
        assertEquals(0.999977909503001, Activation.erf(3), 1e-15);
    }
}
