// The Gaussian latent: sampling, KL to the prior N(m, v), and the log-ratio; log-variances are clamped to [-30, 20]. The gradients
// are in latent_grad.cuh.
#pragma once

#include "step.cuh"

constexpr float LOG_VAR_MIN = -30.0f;
constexpr float LOG_VAR_MAX = 20.0f;

DEVICE float clamp_log_var(float s) { return s < LOG_VAR_MIN ? LOG_VAR_MIN : s > LOG_VAR_MAX ? LOG_VAR_MAX : s; }

// True if the clamp changes s, so that the gradient is 0; false for NaN.
DEVICE bool clamped_log_var(float s) { return s < LOG_VAR_MIN || s > LOG_VAR_MAX; }

DEVICE float latent_sigma(float log_var) { return expf(0.5f * clamp_log_var(log_var)); }

// z = mu + sigma eps
DEVICE float latent_sample(float mu, float sigma, float eps) { return fma_rn(sigma, eps, mu); }

// The prior of one latent: m, 1 / v, log v.
struct LatentPrior {
    float mean;
    float precision;
    float log_var;
};

// `Args` has prior and latent.
template <class Args> DEVICE LatentPrior prior_of(const Args& args, int64_t column) {
    if (args.prior == nullptr) {
        return {0.0f, 1.0f, 0.0f};
    }
    const float* p = args.prior + column;
    return {p[0], p[args.latent], p[2 * int64_t(args.latent)]};
}

// (((mu - m)^2 + sigma^2) / v - 1 - log sigma^2 + log v) / 2. For the prior N(0, 1), sigma^2 - 1 is rounded once.
template <class Args> DEVICE float latent_kl(const Args& args, int64_t column, float mu, float log_var, float sigma) {
    if (args.prior == nullptr) {
        return 0.5f * fma_rn(mu, mu, fma_rn(sigma, sigma, -1.0f) - clamp_log_var(log_var));
    }
    const LatentPrior p = prior_of(args, column);
    const float off = mu - p.mean;
    return 0.5f * fma_rn(fma_rn(off, off, sigma * sigma), p.precision, p.log_var - clamp_log_var(log_var) - 1.0f);
}

// log p(z) - log q(z|x) of one latent, (eps^2 + log sigma^2 - (z - m)^2 / v - log v) / 2.
DEVICE float latent_ratio(const LatentPrior& p, float z, float log_var, float eps) {
    const float off = z - p.mean;
    return 0.5f * (fma_rn(eps, eps, clamp_log_var(log_var)) - fma_rn(off * off, p.precision, p.log_var));
}
