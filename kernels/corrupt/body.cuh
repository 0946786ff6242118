// out = x with noise added, or with some values set to 0.
#pragma once

#include "../common/corrupt.cuh"

// One warp per row, one lane per quad of columns.
DEVICE void body(const CorruptArgs& args, int block, char*) {
    const StepRecord& step = step_of(args);
    const RowTile tile = row_tile_of<128>(block, args.columns);
    if (tile.row >= step.rows || tile.column >= args.columns) {
        return;
    }
    const uint32_t row = uint32_t(tile.row) + (args.by_example != 0 ? step.position : 0u);
    const int64_t at = tile.row * args.columns + tile.column;
#pragma unroll
    for (int i = 0; i < 4; i++) {
        if (tile.column + i < args.columns) {
            args.out[at + i] = args.x[at + i];
        }
    }
    corrupt_in_place(args, step, args.site, row, uint32_t(tile.column / 4), args.out + at, args.columns - tile.column);
}
