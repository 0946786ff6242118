// z = mu + sigma eps
#pragma once

#include "../common/latent.cuh"

DEVICE void body(const ReparameterizeArgs& args, int block, char*) {
    const Element e = element_of(block, rows_of(args), args.latent);
    if (e.inside) {
        const int64_t mu = e.index / args.latent / args.samples * 2 * args.latent + e.index % args.latent;
        const float sigma = latent_sigma(args.heads[mu + args.latent]);
        args.z[e.index] = latent_sample(args.heads[mu], sigma, args.eps[e.index]);
    }
}
