// l1[row] = sum over columns of |code|, one partial sum per tile of 32 columns.
#pragma once

#include "../common/reduce.cuh"

DEVICE void body(const L1PenaltyArgs& args, int block, char*) {
    const RowTile tile = row_tile_of<32>(block, args.n);
    if (tile.row >= step_of(args).rows) {
        return;  // with the whole warp, since a warp has one row
    }
    const float sum = tile_sum(tile.column < args.n ? fabsf(args.code[tile.row * args.n + tile.column]) : 0.0f);
    if (lane_id() == 0) {
        args.l1[int64_t(tile.tile) * args.batch + tile.row] = sum;
    }
}
