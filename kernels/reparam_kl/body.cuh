// eps ~ N(0, I); z = mu + sigma eps; kl[row] = KL(q | p), a partial a tile of 32 columns.
#pragma once

#include "../common/latent.cuh"
#include "../common/normals.cuh"
#include "../common/reduce.cuh"

DEVICE void body(const ReparamKlArgs& args, int block, char*) {
    const StepRecord& step = step_of(args);
    const RowTile tile = row_tile_of<32>(block, args.latent);
    if (tile.row >= step.rows) {
        return;  // the whole warp: a warp is a row
    }
    float kl = 0;
    if (tile.column < args.latent) {
        const uint32_t noise_row = uint32_t(tile.row) + (args.by_example != 0 ? step.position : 0u);
        const float eps = normal_of(stream_of(args, step), noise_row, uint32_t(tile.column));
        const float* heads = args.heads + tile.row * 2 * args.latent + tile.column;
        const float sigma = latent_sigma(heads[args.latent]);
        const int64_t to = tile.row * args.latent + tile.column;
        args.z[to] = latent_sample(heads[0], sigma, eps);
        if (args.eps != nullptr) {
            args.eps[to] = eps;
        }
        kl = latent_kl(heads[0], heads[args.latent], sigma);
    }
    const float sum = tile_sum(kl);
    if (lane_id() == 0) {
        args.kl[int64_t(tile.tile) * args.batch + tile.row] = sum;
    }
}
