// state = 1 if word < floor(p 2^32), else 0.
#pragma once

#include "../common/bernoulli.cuh"

// One warp per row, one lane per quad of columns.
DEVICE void body(const BernoulliSampleArgs& args, int block, char*) {
    const StepRecord& step = step_of(args);
    const RowTile tile = row_tile_of<128>(block, args.n);
    if (tile.row >= step.rows || tile.column >= args.n) {
        return;
    }
    const Words words = state_words(args, step, tile.row, tile.column / 4);
    const int64_t at = tile.row * args.n + tile.column;
#pragma unroll
    for (int i = 0; i < 4; i++) {
        if (tile.column + i < args.n) {
            args.state[at + i] = draw_float(words.word[i], args.p[at + i]);
        }
    }
}
