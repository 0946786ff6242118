package dev.fusedvae.simd;

import static dev.fusedvae.simd.Lanes.F;
import static dev.fusedvae.simd.Lanes.WIDTH;
import static dev.fusedvae.simd.Simd.PANEL;

import dev.fusedvae.spec.Activation;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/// The forward activation loops of [VectorElementwise].
///
/// One loop per activation, written out: behind a shared loop with an interface call inside, vectors would be boxed.
/// Loops go down a tile's columns, a vector wide, so that the bias stays in a register.
final class VectorActivate {
    /// Stands for no bias: `a + −0` is `a` for every a.
    static final float[] NO_BIAS = new float[PANEL];

    static {
        Arrays.fill(NO_BIAS, -0f);
    }

    private VectorActivate() {}

    /// Where no pre-activation is wanted, `pre` is `out`: it is overwritten at once.
    static void tile(Activation act, float[] m, int at, int rows, float[] bias, int biasAt, int pre, int out) {
        int end = rows * PANEL;
        switch (act) {
            case IDENTITY -> identity(m, at, end, bias, biasAt, pre, out);
            case RELU -> relu(m, at, end, bias, biasAt, pre, out);
            case LEAKY_RELU -> leakyRelu(m, at, end, bias, biasAt, pre, out);
            case TANH -> tanh(m, at, end, bias, biasAt, pre, out);
            case SIGMOID -> sigmoid(m, at, end, bias, biasAt, pre, out);
            case SOFTPLUS -> softplus(m, at, end, bias, biasAt, pre, out);
            case ELU -> elu(m, at, end, bias, biasAt, pre, out);
            case GELU -> gelu(m, at, end, bias, biasAt, pre, out);
            case SILU -> silu(m, at, end, bias, biasAt, pre, out);
        }
    }

    private static void identity(float[] m, int at, int end, float[] bias, int biasAt, int pre, int out) {
        for (int c = 0; c < PANEL; c += WIDTH) {
            FloatVector b = FloatVector.fromArray(F, bias, biasAt + c);
            for (int i = c; i < end; i += PANEL) {
                FloatVector a = FloatVector.fromArray(F, m, at + i).add(b);
                a.intoArray(m, pre + i);
                a.intoArray(m, out + i);
            }
        }
    }

    private static void relu(float[] m, int at, int end, float[] bias, int biasAt, int pre, int out) {
        for (int c = 0; c < PANEL; c += WIDTH) {
            FloatVector b = FloatVector.fromArray(F, bias, biasAt + c);
            for (int i = c; i < end; i += PANEL) {
                FloatVector a = FloatVector.fromArray(F, m, at + i).add(b);
                a.intoArray(m, pre + i);
                VectorMath.relu(a).intoArray(m, out + i);
            }
        }
    }

    private static void leakyRelu(float[] m, int at, int end, float[] bias, int biasAt, int pre, int out) {
        for (int c = 0; c < PANEL; c += WIDTH) {
            FloatVector b = FloatVector.fromArray(F, bias, biasAt + c);
            for (int i = c; i < end; i += PANEL) {
                FloatVector a = FloatVector.fromArray(F, m, at + i).add(b);
                a.intoArray(m, pre + i);
                VectorMath.leakyRelu(a).intoArray(m, out + i);
            }
        }
    }

    private static void tanh(float[] m, int at, int end, float[] bias, int biasAt, int pre, int out) {
        for (int c = 0; c < PANEL; c += WIDTH) {
            FloatVector b = FloatVector.fromArray(F, bias, biasAt + c);
            for (int i = c; i < end; i += PANEL) {
                FloatVector a = FloatVector.fromArray(F, m, at + i).add(b);
                a.intoArray(m, pre + i);
                VectorMath.tanh(a).intoArray(m, out + i);
            }
        }
    }

    private static void sigmoid(float[] m, int at, int end, float[] bias, int biasAt, int pre, int out) {
        for (int c = 0; c < PANEL; c += WIDTH) {
            FloatVector b = FloatVector.fromArray(F, bias, biasAt + c);
            for (int i = c; i < end; i += PANEL) {
                FloatVector a = FloatVector.fromArray(F, m, at + i).add(b);
                a.intoArray(m, pre + i);
                VectorMath.sigmoid(a).intoArray(m, out + i);
            }
        }
    }

    private static void softplus(float[] m, int at, int end, float[] bias, int biasAt, int pre, int out) {
        for (int c = 0; c < PANEL; c += WIDTH) {
            FloatVector b = FloatVector.fromArray(F, bias, biasAt + c);
            for (int i = c; i < end; i += PANEL) {
                FloatVector a = FloatVector.fromArray(F, m, at + i).add(b);
                a.intoArray(m, pre + i);
                VectorMath.softplus(a).intoArray(m, out + i);
            }
        }
    }

    private static void elu(float[] m, int at, int end, float[] bias, int biasAt, int pre, int out) {
        for (int c = 0; c < PANEL; c += WIDTH) {
            FloatVector b = FloatVector.fromArray(F, bias, biasAt + c);
            for (int i = c; i < end; i += PANEL) {
                FloatVector a = FloatVector.fromArray(F, m, at + i).add(b);
                a.intoArray(m, pre + i);
                VectorMath.elu(a).intoArray(m, out + i);
            }
        }
    }

    private static void gelu(float[] m, int at, int end, float[] bias, int biasAt, int pre, int out) {
        for (int c = 0; c < PANEL; c += WIDTH) {
            FloatVector b = FloatVector.fromArray(F, bias, biasAt + c);
            for (int i = c; i < end; i += PANEL) {
                FloatVector a = FloatVector.fromArray(F, m, at + i).add(b);
                a.intoArray(m, pre + i);
                VectorMath.gelu(a).intoArray(m, out + i);
            }
        }
    }

    private static void silu(float[] m, int at, int end, float[] bias, int biasAt, int pre, int out) {
        for (int c = 0; c < PANEL; c += WIDTH) {
            FloatVector b = FloatVector.fromArray(F, bias, biasAt + c);
            for (int i = c; i < end; i += PANEL) {
                FloatVector a = FloatVector.fromArray(F, m, at + i).add(b);
                a.intoArray(m, pre + i);
                VectorMath.silu(a).intoArray(m, out + i);
            }
        }
    }
}
