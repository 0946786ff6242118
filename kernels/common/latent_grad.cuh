// The gradients of mu and log_var: through z, through KL, through the log-ratio, and their sum. `Args` has the words and
// pointers of LatentGradArgs but dz, which comes from a function, and d_heads.
#pragma once

#include "latent.cuh"

struct LatentGradient {
    float mu;
    float log_var;
};

// Sums over the samples of an example, of a gradient of z and of the same times eps: what reaches mu, and sigma.
struct LatentSums {
    float plain;
    float noisy;

    MEMBER void add(float d, float eps) {
        plain += d;
        noisy = fma_rn(d, eps, noisy);
    }
};

// The part of KL: beta / rows times its slope, nothing where the latent's mean KL is within what it has for free.
template <class Args>
DEVICE void add_kl(const Args& args, const StepRecord& step, int64_t column, float mu, float sigma, LatentGradient& to) {
    const LatentPrior p = prior_of(args, column);
    const bool free = args.kl_means != nullptr && !(args.kl_means[column] > args.nats);
    const float scale = free ? 0.0f : step.beta * step.inv_rows;
    to.mu = fma_rn(scale, (mu - p.mean) * p.precision, to.mu);
    to.log_var = fma_rn(scale, 0.5f * fma_rn(sigma * p.precision, sigma, -1.0f), to.log_var);
}

// The part of the log-ratio, by the weights of the samples: h = (z - m) / v, for DReG h = (z - m) / v - eps / sigma.
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

// What the gradient of z in `row` counts for.
template <class Args> DEVICE float dz_weight(const Args& args, int64_t row) {
    const float w = args.dz_weights != nullptr ? args.dz_weights[row] : 1.0f;
    return (args.parts & DREG) != 0 ? w * w : w;
}

// All parts; `through_z` are the sums of the weighted gradient of z.
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
