// The Gaussian latent: sampling, KL to N(0, 1) and their derivatives; log-variances are clamped to [-30, 20].
#pragma once

#include "step.cuh"

constexpr float LOG_VAR_MIN = -30.0f;
constexpr float LOG_VAR_MAX = 20.0f;

DEVICE float clamp_log_var(float s) { return s < LOG_VAR_MIN ? LOG_VAR_MIN : s > LOG_VAR_MAX ? LOG_VAR_MAX : s; }

// True where the clamp acts and the gradient is 0; false for NaN.
DEVICE bool clamped_log_var(float s) { return s < LOG_VAR_MIN || s > LOG_VAR_MAX; }

DEVICE float latent_sigma(float log_var) { return expf(0.5f * clamp_log_var(log_var)); }

// z = mu + sigma eps
DEVICE float latent_sample(float mu, float sigma, float eps) { return fma_rn(sigma, eps, mu); }

// The gradient of log_var that comes through z.
DEVICE float latent_sample_slope(float log_var, float sigma, float eps, float dz) {
    return clamped_log_var(log_var) ? 0.0f : 0.5f * (dz * eps) * sigma;
}

// (mu^2 + sigma^2 - 1 - log sigma^2) / 2
DEVICE float latent_kl(float mu, float log_var, float sigma) {
    return 0.5f * fma_rn(mu, mu, fma_rn(sigma, sigma, -1.0f) - clamp_log_var(log_var));
}

// The derivative of KL by log_var; by mu it is mu.
DEVICE float latent_kl_slope(float log_var, float sigma) {
    return clamped_log_var(log_var) ? 0.0f : 0.5f * fma_rn(sigma, sigma, -1.0f);
}
