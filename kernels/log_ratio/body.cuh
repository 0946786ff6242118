// ratio[row] = sum over columns of log p(z) - log q(z|x), z = mu + sigma eps, one partial sum per tile of 32 columns.
#pragma once

#include "../common/latent.cuh"
#include "../common/reduce.cuh"

DEVICE void body(const LogRatioArgs& args, int block, char*) {
    const RowTile tile = row_tile_of<32>(block, args.latent);
    if (tile.row >= rows_of(args)) {
        return;  // with the whole warp, since a warp has one row
    }
    float ratio = 0;
    if (tile.column < args.latent) {
        const float* heads = args.heads + tile.row / args.samples * 2 * args.latent + tile.column;
        const float eps = args.eps[tile.row * args.latent + tile.column];
        const float z = latent_sample(heads[0], latent_sigma(heads[args.latent]), eps);
        ratio = latent_ratio(prior_of(args, tile.column), z, heads[args.latent], eps);
    }
    const float sum = tile_sum(ratio);
    if (lane_id() == 0) {
        args.ratio[int64_t(tile.tile) * args.batch + tile.row] = sum;
    }
}
