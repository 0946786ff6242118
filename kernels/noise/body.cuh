// eps ~ N(0, I): a pure function of (seed, purpose, site, step, row, column).
#pragma once

#include "../common/normals.cuh"

DEVICE void body(const NoiseArgs& args, int block, char*) {
    const StepRecord& step = step_of(args);
    const RowTile tile = row_tile_of<128>(block, args.columns);
    if (tile.row >= rows_of(args) || tile.column >= args.columns) {
        return;
    }
    const uint32_t row = noise_row(args, step, uint32_t(tile.row), args.by_example);
    const Quad quad = normal_quad(stream_of(args, step), row, uint32_t(tile.column / 4));
#pragma unroll
    for (int i = 0; i < 4; i++) {
        if (tile.column + i < args.columns) {
            args.eps[tile.row * args.columns + tile.column + i] = quad.value[i];
        }
    }
}
