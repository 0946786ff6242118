// log p(x|y) of one feature in nats, value and derivatives side by side: the definitions of dev.fusedvae.spec.Likelihood.
#pragma once

#include "latent.cuh"

constexpr float HALF_LOG_2PI = 0.91893853f;

// loss = -log p, and its derivatives by the mean (or logit) and by log sigma^2.
struct LikelihoodTerm {
    float loss;
    float d_mean;
    float d_log_var;
};

// max(l, 0) - l x + log1p(exp(-|l|)); the derivative is sigmoid(l) - x.
DEVICE LikelihoodTerm bernoulli_term(float x, float logit) {
    const float e = expf(-fabsf(logit));
    const float loss = fma_rn(-logit, x, logit < 0 ? 0.0f : logit) + log1pf(e);
    return {loss, (logit < 0 ? e : 1.0f) / (1.0f + e) - x, 0.0f};
}

// What the three Gaussians differ in: 1 / sigma^2, (log 2 pi sigma^2) / 2, and whether log sigma^2 learns.
struct Gaussian {
    float precision;
    float half_log;
    bool learns;
};

DEVICE Gaussian gaussian_of(float log_var) {
    const float bounded = clamp_log_var(log_var);
    return {expf(-bounded), fma_rn(0.5f, bounded, HALF_LOG_2PI), !clamped_log_var(log_var)};
}

// ((x - m)^2 / sigma^2 + log 2 pi sigma^2) / 2
DEVICE LikelihoodTerm gaussian_term(float x, float mean, const Gaussian& g) {
    const float d = x - mean;
    const float weighted = d * g.precision;
    return {fma_rn(0.5f * d, weighted, g.half_log), -weighted, g.learns ? 0.5f * fma_rn(-d, weighted, 1.0f) : 0.0f};
}

// `Args` has likelihood, precision, half_log and log_var; `y` is the logit or mean, `log_var` counts for GAUSSIAN_FEATURE.
template <class Args> DEVICE LikelihoodTerm likelihood_term(const Args& args, float x, float y, float log_var) {
    switch (args.likelihood) {
        case BERNOULLI: return bernoulli_term(x, y);
        case GAUSSIAN: return gaussian_term(x, y, {args.precision, args.half_log, false});
        case GAUSSIAN_SCALAR: return gaussian_term(x, y, gaussian_of(*args.log_var));
        case GAUSSIAN_FEATURE: return gaussian_term(x, y, gaussian_of(log_var));
        default: trap(); return {};
    }
}
