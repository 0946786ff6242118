// The gradients of mu and log_var through z and through KL, added.
#pragma once

#include "../common/latent.cuh"

DEVICE void body(const LatentGradArgs& args, int block, char*) {
    const StepRecord& step = step_of(args);
    const Element e = element_of(block, step.rows, args.latent);
    if (e.inside) {
        const int64_t mu = e.index / args.latent * args.latent + e.index;  // row * 2L + column
        const float log_var = args.heads[mu + args.latent];
        const float sigma = latent_sigma(log_var);
        const float dz = args.dz[e.index];
        const float scale = step.beta * step.inv_rows;
        args.d_heads[mu] = fma_rn(scale, args.heads[mu], dz);
        args.d_heads[mu + args.latent] =
            fma_rn(scale, latent_kl_slope(log_var, sigma), latent_sample_slope(log_var, sigma, args.eps[e.index], dz));
    }
}
