// log p(x|y) of one feature in nats, value and derivatives side by side: the definitions of dev.fusedvae.spec.Likelihood.
#pragma once

#include "latent.cuh"

// The numbers that Likelihood.code() returns.
enum LikelihoodCode : uint32_t {
    BERNOULLI = 0, GAUSSIAN = 1, GAUSSIAN_SCALAR = 2, GAUSSIAN_FEATURE = 3, CONTINUOUS_BERNOULLI = 4, GAUSSIAN_VECTOR = 5
};

constexpr float HALF_LOG_2PI = 0.91893853f;

// loss = -log p, and its derivatives with respect to the mean (or logit) and to log sigma^2.
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

// How the Gaussians differ: 1 / sigma^2, (log 2 pi sigma^2) / 2, and whether log sigma^2 gets a gradient.
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

// 1 / a - 1 / (e^a - 1), and below log(a / (1 - e^-a)). For a < 1 by their series in a^2, as in
// dev.fusedvae.simd.ContinuousBernoulli, with an error below 6e-10; for a >= 1 by exponentials. `e` is e^-a.
DEVICE float continuous_slope(float a, float e) {
    if (a >= 1) {
        return 1.0f / a - e / (1.0f - e);
    }
    const float t = a * a;
    const float series = fma_rn(fma_rn(fma_rn(fma_rn(1.0f / 47900160, t, -1.0f / 1209600), t, 1.0f / 30240), t, -1.0f / 720), t, 1.0f / 12);
    return fma_rn(-a, series, 0.5f);
}

DEVICE float continuous_log(float a) {
    if (a >= 1) {
        return logf(a / -expm1f(-a));
    }
    const float t = a * a;
    const float series = fma_rn(fma_rn(fma_rn(fma_rn(1.0f / 479001600, t, -1.0f / 9676800), t, 1.0f / 181440), t, -1.0f / 2880), t, 1.0f / 24);
    return fma_rn(-t, series, 0.5f * a);
}

// max(l, 0) - l x - g(|l|), g(a) = log(a / (1 - e^-a)). The derivative is the mean minus x; the mean is s(|l|) for l < 0 and
// 1 - s(|l|) for l >= 0, s = continuous_slope.
DEVICE LikelihoodTerm continuous_bernoulli_term(float x, float logit) {
    const float a = fabsf(logit);
    const float slope = continuous_slope(a, expf(-a));
    const float loss = fma_rn(-logit, x, logit < 0 ? 0.0f : logit) - continuous_log(a);
    return {loss, (logit < 0 ? slope : 1.0f - slope) - x, 0.0f};
}

// `Args` has likelihood, precision, half_log and log_var; `y` is the logit or mean of feature `column`, `log_var` its
// log-variance (used by GAUSSIAN_FEATURE only).
template <class Args> DEVICE LikelihoodTerm likelihood_term(const Args& args, int64_t column, float x, float y, float log_var) {
    switch (args.likelihood) {
        case BERNOULLI: return bernoulli_term(x, y);
        case GAUSSIAN: return gaussian_term(x, y, {args.precision, args.half_log, false});
        case GAUSSIAN_SCALAR: return gaussian_term(x, y, gaussian_of(*args.log_var));
        case CONTINUOUS_BERNOULLI: return continuous_bernoulli_term(x, y);
        case GAUSSIAN_VECTOR: return gaussian_term(x, y, gaussian_of(args.log_var[column]));
        case GAUSSIAN_FEATURE: return gaussian_term(x, y, gaussian_of(log_var));
        default: trap(); return {};
    }
}
