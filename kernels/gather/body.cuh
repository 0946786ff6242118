// x = the examples of the step: chosen by the order of the epoch, normalised, binarized.
#pragma once

#include "../common/gather.cuh"

// One warp per row, one lane per quad of columns: one Philox call draws four pixels.
DEVICE void body(const GatherArgs& args, int block, char*) {
    const StepRecord& step = step_of(args);
    const RowTile tile = row_tile_of<128>(block, args.features);
    if (tile.row >= step.rows) {
        return;
    }
    const uint32_t position = step.position + uint32_t(tile.row);
    uint32_t example = position;
    if (args.in_order == 0) {
        // one lane evaluates the permutation for the whole warp, since all lanes have the same row
        example = warp_shuffle(lane_id() == 0 ? permuted(args.key0, args.key1, step.epoch, args.examples, position) : 0u, 0);
    }
    const uint32_t noise_row = args.in_order == 0 ? uint32_t(tile.row) : position;
    const float4 four = gather_four(args, step, {int64_t(example) * args.features, noise_row, true}, int(tile.column));
    const float v[4] = {four.x, four.y, four.z, four.w};
#pragma unroll
    for (int i = 0; i < 4; i++) {
        if (tile.column + i < args.features) {
            args.x[tile.row * args.features + tile.column + i] = v[i];
        }
    }
}
