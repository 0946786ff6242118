// d mu = beta mu / rows, d log_var = beta (sigma^2 - 1) / (2 rows), zero outside the clamp.
#pragma once

#include "../common/latent.cuh"

DEVICE void body(const KlBackwardArgs& args, int block, char*) {
    const StepRecord& step = step_of(args);
    const Element e = element_of(block, step.rows, args.latent);
    if (e.inside) {
        const int64_t mu = e.index / args.latent * args.latent + e.index;  // row * 2L + column
        const float log_var = args.heads[mu + args.latent];
        const float scale = step.beta * step.inv_rows;
        args.d_heads[mu] = scale * args.heads[mu];
        args.d_heads[mu + args.latent] = scale * latent_kl_slope(log_var, latent_sigma(log_var));
    }
}
