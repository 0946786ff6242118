// x = the examples of the step: picked by the order of the epoch, normalised, binarized.
#pragma once

#include "../common/binarize.cuh"
#include "../common/permutation.cuh"

// The normalised value of one feature of the example that starts at `start`.
DEVICE float gather_value(const GatherArgs& args, int64_t start, int64_t feature) {
    float value;
    if (args.element == BYTES) {
        value = args.values[static_cast<const uint8_t*>(args.data)[start + feature]];
    } else {
        value = div_rn(sub_rn(static_cast<const float*>(args.data)[start + feature], args.shift), args.divisor);
    }
    return args.mean != nullptr ? sub_rn(value, args.mean[feature]) : value;
}

DEVICE float gather_element(const GatherArgs& args, int64_t start, int64_t feature, uint32_t word) {
    if (args.binarization == DYNAMIC && args.element == BYTES && args.byte_law != 0) {
        return draw_byte(word, static_cast<const uint8_t*>(args.data)[start + feature]);
    }
    const float value = gather_value(args, start, feature);
    switch (args.binarization) {
        case AS_IS: return value;
        case THRESHOLD: return value >= 0.5f ? 1.0f : 0.0f;
        case DYNAMIC: return draw_float(word, value);
        default: trap(); return 0;
    }
}

// A warp a row, a quad of columns a lane: one Philox call draws four pixels.
DEVICE void body(const GatherArgs& args, int block, char*) {
    const StepRecord& step = step_of(args);
    const RowTile tile = row_tile_of<128>(block, args.features);
    if (tile.row >= step.rows) {
        return;
    }
    const uint32_t position = step.position + uint32_t(tile.row);
    uint32_t example = position;
    if (args.in_order == 0) {
        // one lane walks the cycle for all: the others would only repeat it
        example = warp_shuffle(lane_id() == 0 ? permuted(args.key0, args.key1, step.epoch, args.examples, position) : 0u, 0);
    }
    const uint32_t noise_row = args.in_order == 0 ? uint32_t(tile.row) : position;
    Words words = {};
    if (args.binarization == DYNAMIC) {
        words = stream_words(stream_of(args, step), noise_row, uint32_t(tile.column / 4));
    }
#pragma unroll
    for (int i = 0; i < 4; i++) {
        const int64_t column = tile.column + i;
        if (column < args.features) {
            args.x[tile.row * args.features + column] =
                gather_element(args, int64_t(example) * args.features, column, words.word[i]);
        }
    }
}
