// One optimizer step of one element. The operations are those of dev.fusedvae.simd, so the bits are the same as on the CPU.
#pragma once

#include "step.cuh"

// Moments below these bounds are set to 0 (no denormals); every backend does so.
constexpr float MOMENT_FLOOR = 1e-30f;
constexpr float SQUARE_FLOOR = 1e-36f;

// A parameter with its optimizer state.
struct Weight {
    float value;
    float first;   // Adam's m, SGD's momentum
    float second;  // Adam's v
};

// m = b1 m + (1-b1) g, v = b2 v + (1-b2) g^2, w = w decay - rate/bc1 m / (sqrt(v)/sqrt(bc2) + eps); bc1 and bc2 are the bias
// corrections of the step.
template <class Args> DEVICE void adam(const Args& args, const StepRecord& step, Weight& w, float g, float decay) {
    const float m = fma_rn(args.beta1, w.first, mul_rn(args.one_minus_beta1, g));
    const float v = fma_rn(args.beta2, w.second, mul_rn(args.one_minus_beta2, mul_rn(g, g)));
    w.first = fabsf(m) < MOMENT_FLOOR ? 0.0f : m;
    w.second = v < SQUARE_FLOOR ? 0.0f : v;
    const float ratio = div_rn(w.first, fma_rn(sqrt_rn(w.second), step.rsqrt_bc2, args.epsilon));
    w.value = fma_rn(-step.rate_over_bc1, ratio, mul_rn(w.value, decay));
}

// buffer = momentum buffer + g, w = w - rate buffer
template <class Args> DEVICE void sgd(const Args& args, const StepRecord& step, Weight& w, float g) {
    w.first = fma_rn(args.momentum, w.first, g);
    w.value = fma_rn(-step.rate, w.first, w.value);
}

// `Args` has the fields of UpdateArgs from `optimizer` to `momentum`.
template <class Args> DEVICE void optimize(const Args& args, const StepRecord& step, Weight& w, float g) {
    switch (args.optimizer) {
        case ADAM: adam(args, step, w, g, 1.0f); break;
        case ADAMW: adam(args, step, w, g, step.decay); break;
        case SGD: sgd(args, step, w, g); break;
        default: trap();
    }
}

// Updates a parameter in memory and its state; `second` may be null.
template <class Args>
DEVICE void optimize(const Args& args, const StepRecord& step, float* value, float* first, float* second, float g) {
    Weight w = {*value, *first, second != nullptr ? *second : 0.0f};
    optimize(args, step, w, g);
    *value = w.value;
    *first = w.first;
    if (second != nullptr) {
        *second = w.second;
    }
}
