// d mu = dz, d log_var = dz eps sigma / 2, zero outside the clamp.
#pragma once

#include "../common/latent.cuh"

DEVICE void body(const ReparameterizeBackwardArgs& args, int block, char*) {
    const Element e = element_of(block, step_of(args).rows, args.latent);
    if (e.inside) {
        const int64_t mu = e.index / args.latent * args.latent + e.index;  // row * 2L + column
        const float log_var = args.heads[mu + args.latent];
        const float dz = args.dz[e.index];
        args.d_heads[mu] = dz;
        args.d_heads[mu + args.latent] = latent_sample_slope(log_var, latent_sigma(log_var), args.eps[e.index], dz);
    }
}
