// The gradients of mu and log_var, one thread per example and latent: the sum of the parts that the arguments name (through z,
// through KL, through the log-ratio).
#pragma once

#include "latent_grad.cuh"

DEVICE void body(const LatentGradArgs& args, int block, char*) {
    const StepRecord& step = step_of(args);
    const Element e = element_of(block, step.rows, args.latent);
    if (!e.inside) {
        return;
    }
    const int64_t example = e.index / args.latent;
    const int64_t column = e.index % args.latent;
    LatentSums through_z = {};
    for (uint32_t s = 0; (args.parts & THROUGH_Z) != 0 && s < args.samples; s++) {
        const int64_t row = example * args.samples + s;
        const int64_t at = row * args.latent + column;
        through_z.add(args.dz[at] * dz_weight(args, row), args.eps[at]);
    }
    const LatentGradient d = latent_gradient(args, step, example, column, through_z);
    const int64_t mu = example * 2 * args.latent + column;
    args.d_heads[mu] = d.mu;
    args.d_heads[mu + args.latent] = d.log_var;
}
