// eps ~ N(0, I); z = mu + sigma eps; kl[example] = KL(q | p), or ratio[row] = log p(z) - log q(z|x), as partial sums per tile of 32
// columns. KL is summed by the warp of an example's first sample. This is the body of reparam_kl and of reparam_ratio: a null
// pointer leaves out kl or ratio.
#pragma once

#include "latent.cuh"
#include "normals.cuh"
#include "reduce.cuh"

DEVICE void body(const ReparamArgs& args, int block, char*) {
    const StepRecord& step = step_of(args);
    const RowTile tile = row_tile_of<32>(block, args.latent);
    if (tile.row >= rows_of(args)) {
        return;  // with the whole warp, since a warp has one row
    }
    const int64_t example = tile.row / args.samples;
    float kl = 0;
    float ratio = 0;
    if (tile.column < args.latent) {
        const uint32_t numbered = noise_row(args, step, uint32_t(tile.row), args.by_example);
        const float eps = normal_of(stream_of(args, step), numbered, uint32_t(tile.column));
        const float* heads = args.heads + example * 2 * args.latent + tile.column;
        const float sigma = latent_sigma(heads[args.latent]);
        const float z = latent_sample(heads[0], sigma, eps);
        const int64_t to = tile.row * args.latent + tile.column;
        args.z[to] = z;
        if (args.eps != nullptr) {
            args.eps[to] = eps;
        }
        if (args.kl != nullptr) {
            kl = latent_kl(args, tile.column, heads[0], heads[args.latent], sigma);
        }
        if (args.ratio != nullptr) {
            ratio = latent_ratio(prior_of(args, tile.column), z, heads[args.latent], eps);
        }
    }
    if (args.kl != nullptr && tile.row % args.samples == 0) {  // the same for the whole warp
        const float sum = tile_sum(kl);
        if (lane_id() == 0) {
            args.kl[int64_t(tile.tile) * (args.batch / args.samples) + example] = sum;
        }
    }
    if (args.ratio != nullptr) {
        const float sum = tile_sum(ratio);
        if (lane_id() == 0) {
            args.ratio[int64_t(tile.tile) * args.batch + tile.row] = sum;
        }
    }
}
