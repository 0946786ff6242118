// The activations of dev.fusedvae.spec.Activation, value and derivative side by side; NaN propagates through both.
// All threads of the grid take the same branch of the switches, because `activation` comes from the kernel's arguments.
#pragma once

#include "step.cuh"

// The numbers that Activation.code() returns.
enum ActivationCode : uint32_t {
    IDENTITY = 0, RELU = 1, LEAKY_RELU = 2, TANH = 3, SIGMOID = 4, SOFTPLUS = 5, ELU = 6, GELU = 7, SILU = 8
};

constexpr float LEAKY_SLOPE = 0.01f;
constexpr float SQRT_HALF = 0.70710678f;
constexpr float INV_SQRT_2PI = 0.39894228f;

DEVICE float sigmoid(float a) {
    const float e = expf(-fabsf(a));
    return (a < 0 ? e : 1.0f) / (1.0f + e);
}

// erfc and not 1 + erf, which loses digits by cancellation for large negative a.
DEVICE float normal_cdf(float a) { return 0.5f * erfcf(-a * SQRT_HALF); }

// 1 for y > 0, `below` for y <= 0, NaN for NaN.
DEVICE float step_slope(float y, float below) { return y > 0 ? 1.0f : y <= 0 ? below : y; }

DEVICE float activation_value(uint32_t activation, float a) {
    switch (activation) {
        case IDENTITY: return a;
        case RELU: return a < 0 ? 0.0f : a;
        case LEAKY_RELU: return a > 0 ? a : a * LEAKY_SLOPE;
        case TANH: return tanhf(a);
        case SIGMOID: return sigmoid(a);
        case SOFTPLUS: return (a < 0 ? 0.0f : a) + log1pf(expf(-fabsf(a)));
        case ELU: return a > 0 ? a : expm1f(a);
        case GELU: return a * normal_cdf(a);
        case SILU: return a * sigmoid(a);
        default: trap(); return 0;
    }
}

// The derivative; `saved` is the input for GELU and SILU, the output for all others.
DEVICE float activation_slope(uint32_t activation, float saved) {
    switch (activation) {
        case IDENTITY: return saved == saved ? 1.0f : saved;
        case RELU: return step_slope(saved, 0);
        case LEAKY_RELU: return step_slope(saved, LEAKY_SLOPE);
        case TANH: return fma_rn(-saved, saved, 1.0f);
        case SIGMOID: return saved * (1.0f - saved);
        case SOFTPLUS: return -expm1f(-saved);
        case ELU: return saved > 0 ? 1.0f : saved + 1.0f;
        case GELU: return fma_rn(saved, expf(-0.5f * saved * saved) * INV_SQRT_2PI, normal_cdf(saved));
        case SILU: {
            const float s = sigmoid(saved);
            return s * fma_rn(saved, 1.0f - s, 1.0f);
        }
        default: trap(); return 0;
    }
}
