// The gradients of mu and log_var: through z, through KL, through the log-ratio, and their sum. `Args` has the fields of
// LatentGradArgs, except dz (the caller sums it up) and d_heads (the caller writes it).
#pragma once

#include "latent.cuh"

struct LatentGradient {
    float mu;
    float log_var;
};

// Two sums over the samples of an example: of a gradient d of z, which is the gradient of mu, and of d eps, the gradient of sigma.
struct LatentSums {
    float plain;
    float noisy;

    MEMBER void add(float d, float eps) {
        plain += d;
        noisy = fma_rn(d, eps, noisy);
    }
};

// Adds the gradient of KL, times beta / rows; adds nothing to a latent whose mean KL is within its free bits.
template <class Args>
DEVICE void add_kl(const Args& args, const StepRecord& step, int64_t column, float mu, float sigma, LatentGradient& to) {
    const LatentPrior p = prior_of(args, column);
    const bool free = args.kl_means != nullptr && !(args.kl_means[column] > args.nats);
    const float scale = free ? 0.0f : step.beta * step.inv_rows;
    to.mu = fma_rn(scale, (mu - p.mean) * p.precision, to.mu);
    to.log_var = fma_rn(scale, 0.5f * fma_rn(sigma * p.precision, sigma, -1.0f), to.log_var);
}

// Adds the gradient of the log-ratio, weighted by the samples' importance weights: h = (z - m) / v, and for DReG
// h = (z - m) / v - eps / sigma with squared weights.
template <class Args>
DEVICE void add_ratio(const Args& args, const StepRecord& step, int64_t example, int64_t column, float mu, float log_var, float sigma,
                      LatentGradient& to) {
    const LatentPrior p = prior_of(args, column);
    const bool dreg = (args.parts & DREG) != 0;
    const float inverse = dreg ? expf(-0.5f * clamp_log_var(log_var)) : 0.0f;
    LatentSums sums = {};
    for (uint32_t s = 0; s < args.samples; s++) {
        const int64_t row = example * args.samples + s;
        const float eps = args.eps[row * args.latent + column];
        const float h = fma_rn(-eps, inverse, (latent_sample(mu, sigma, eps) - p.mean) * p.precision);
        const float w = args.weights[row];
        sums.add((dreg ? w * w : w) * h, eps);
    }
    to.mu = fma_rn(sums.plain, step.inv_rows, to.mu);
    to.log_var = fma_rn(fma_rn(sums.noisy, 0.5f * sigma, dreg ? 0.0f : -0.5f), step.inv_rows, to.log_var);
}

// The weight of the gradient of z in `row`.
template <class Args> DEVICE float dz_weight(const Args& args, int64_t row) {
    const float w = args.dz_weights != nullptr ? args.dz_weights[row] : 1.0f;
    return (args.parts & DREG) != 0 ? w * w : w;
}

// The sum of all parts that args.parts names; `through_z` has the sums of the weighted gradient of z.
template <class Args>
DEVICE LatentGradient latent_gradient(const Args& args, const StepRecord& step, int64_t example, int64_t column, const LatentSums& through_z) {
    const float* heads = args.heads + example * 2 * args.latent + column;
    const float log_var = heads[args.latent];
    const float sigma = latent_sigma(log_var);
    LatentGradient d = {through_z.plain, through_z.noisy * (0.5f * sigma)};
    if ((args.parts & THROUGH_KL) != 0) {
        add_kl(args, step, column, heads[0], sigma, d);
    }
    if ((args.parts & THROUGH_RATIO) != 0) {
        add_ratio(args, step, example, column, heads[0], log_var, sigma, d);
    }
    return {d.mu, clamped_log_var(log_var) ? 0.0f : d.log_var};
}
