package dev.fusedvae.simd;

import static dev.fusedvae.simd.Lanes.F;
import static dev.fusedvae.simd.Lanes.WIDTH;

import dev.fusedvae.spec.Activation;
import jdk.incubator.vector.FloatVector;

/// The backward activation loops of [VectorElementwise]: one per activation, for the reason given in [VectorActivate].
final class VectorActivateBackward {
    private VectorActivateBackward() {}

    /// `count` is a multiple of the vector width.
    static void range(Activation act, float[] m, int dh, int saved, int count, int out) {
        switch (act) {
            case IDENTITY -> identity(m, dh, saved, count, out);
            case RELU -> relu(m, dh, saved, count, out);
            case LEAKY_RELU -> leakyRelu(m, dh, saved, count, out);
            case TANH -> tanh(m, dh, saved, count, out);
            case SIGMOID -> sigmoid(m, dh, saved, count, out);
            case SOFTPLUS -> softplus(m, dh, saved, count, out);
            case ELU -> elu(m, dh, saved, count, out);
            case GELU -> gelu(m, dh, saved, count, out);
            case SILU -> silu(m, dh, saved, count, out);
        }
    }

    private static void identity(float[] m, int dh, int saved, int count, int out) {
        for (int i = 0; i < count; i += WIDTH) {
            FloatVector slope = VectorMath.identityDerivative(FloatVector.fromArray(F, m, saved + i));
            FloatVector.fromArray(F, m, dh + i).mul(slope).intoArray(m, out + i);
        }
    }

    private static void relu(float[] m, int dh, int saved, int count, int out) {
        for (int i = 0; i < count; i += WIDTH) {
            FloatVector slope = VectorMath.reluDerivative(FloatVector.fromArray(F, m, saved + i));
            FloatVector.fromArray(F, m, dh + i).mul(slope).intoArray(m, out + i);
        }
    }

    private static void leakyRelu(float[] m, int dh, int saved, int count, int out) {
        for (int i = 0; i < count; i += WIDTH) {
            FloatVector slope = VectorMath.leakyReluDerivative(FloatVector.fromArray(F, m, saved + i));
            FloatVector.fromArray(F, m, dh + i).mul(slope).intoArray(m, out + i);
        }
    }

    private static void tanh(float[] m, int dh, int saved, int count, int out) {
        for (int i = 0; i < count; i += WIDTH) {
            FloatVector slope = VectorMath.tanhDerivative(FloatVector.fromArray(F, m, saved + i));
            FloatVector.fromArray(F, m, dh + i).mul(slope).intoArray(m, out + i);
        }
    }

    private static void sigmoid(float[] m, int dh, int saved, int count, int out) {
        for (int i = 0; i < count; i += WIDTH) {
            FloatVector slope = VectorMath.sigmoidDerivative(FloatVector.fromArray(F, m, saved + i));
            FloatVector.fromArray(F, m, dh + i).mul(slope).intoArray(m, out + i);
        }
    }

    private static void softplus(float[] m, int dh, int saved, int count, int out) {
        for (int i = 0; i < count; i += WIDTH) {
            FloatVector slope = VectorMath.softplusDerivative(FloatVector.fromArray(F, m, saved + i));
            FloatVector.fromArray(F, m, dh + i).mul(slope).intoArray(m, out + i);
        }
    }

    private static void elu(float[] m, int dh, int saved, int count, int out) {
        for (int i = 0; i < count; i += WIDTH) {
            FloatVector slope = VectorMath.eluDerivative(FloatVector.fromArray(F, m, saved + i));
            FloatVector.fromArray(F, m, dh + i).mul(slope).intoArray(m, out + i);
        }
    }

    private static void gelu(float[] m, int dh, int saved, int count, int out) {
        for (int i = 0; i < count; i += WIDTH) {
            FloatVector slope = VectorMath.geluDerivative(FloatVector.fromArray(F, m, saved + i));
            FloatVector.fromArray(F, m, dh + i).mul(slope).intoArray(m, out + i);
        }
    }

    private static void silu(float[] m, int dh, int saved, int count, int out) {
        for (int i = 0; i < count; i += WIDTH) {
            FloatVector slope = VectorMath.siluDerivative(FloatVector.fromArray(F, m, saved + i));
            FloatVector.fromArray(F, m, dh + i).mul(slope).intoArray(m, out + i);
        }
    }
}
