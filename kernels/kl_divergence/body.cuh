// kl[row] = sum over columns of (((mu - m)^2 + sigma^2) / v - 1 - log sigma^2 + log v) / 2, one partial sum per tile of 32 columns.
#pragma once

#include "../common/latent.cuh"
#include "../common/reduce.cuh"

DEVICE void body(const KlDivergenceArgs& args, int block, char*) {
    const RowTile tile = row_tile_of<32>(block, args.latent);
    if (tile.row >= step_of(args).rows) {
        return;  // with the whole warp, since a warp has one row
    }
    float kl = 0;
    if (tile.column < args.latent) {
        const float* heads = args.heads + tile.row * 2 * args.latent + tile.column;
        kl = latent_kl(args, tile.column, heads[0], heads[args.latent], latent_sigma(heads[args.latent]));
    }
    const float sum = tile_sum(kl);
    if (lane_id() == 0) {
        args.kl[int64_t(tile.tile) * args.batch + tile.row] = sum;
    }
}
