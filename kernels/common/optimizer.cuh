// One optimizer step of one element, in the arithmetic of dev.fusedvae.simd: the same bits as the CPU path.
#pragma once

#include "step.cuh"

// Smaller moments become 0, by definition on every backend.
constexpr float MOMENT_FLOOR = 1e-30f;
constexpr float SQUARE_FLOOR = 1e-36f;

// m = b1 m + (1-b1) g, v = b2 v + (1-b2) g^2, w = w decay - rate/bc1 m / (sqrt(v)/sqrt(bc2) + eps)
DEVICE void adam(const UpdateArgs& args, const StepRecord& step, const TensorEntry& t, int64_t i, float g, float decay) {
    float m = fma_rn(args.beta1, t.first[i], mul_rn(args.one_minus_beta1, g));
    m = fabsf(m) < MOMENT_FLOOR ? 0.0f : m;
    float v = fma_rn(args.beta2, t.second[i], mul_rn(args.one_minus_beta2, mul_rn(g, g)));
    v = v < SQUARE_FLOOR ? 0.0f : v;
    const float ratio = div_rn(m, fma_rn(sqrt_rn(v), step.rsqrt_bc2, args.epsilon));
    t.first[i] = m;
    t.second[i] = v;
    t.parameter[i] = fma_rn(-step.rate_over_bc1, ratio, mul_rn(t.parameter[i], decay));
}

// buffer = momentum buffer + g, w = w - rate buffer
DEVICE void sgd(const UpdateArgs& args, const StepRecord& step, const TensorEntry& t, int64_t i, float g) {
    const float buffer = fma_rn(args.momentum, t.first[i], g);
    t.first[i] = buffer;
    t.parameter[i] = fma_rn(-step.rate, buffer, t.parameter[i]);
}

DEVICE void optimize(const UpdateArgs& args, const StepRecord& step, const TensorEntry& t, int64_t i, float g) {
    switch (args.optimizer) {
        case ADAM: adam(args, step, t, i, g, 1.0f); break;
        case ADAMW: adam(args, step, t, i, g, step.decay); break;
        case SGD: sgd(args, step, t, i, g); break;
        default: trap();
    }
}
