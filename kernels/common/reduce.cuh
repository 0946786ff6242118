// Sums in a fixed order.
#pragma once

#include "step.cuh"

// The sum over a tile of 32 columns, one lane per column: 16 virtual lanes in fp32, then one tree at distance 8, 4, 2, 1 in
// double, as dev.fusedvae.simd.VirtualLanes. Every lane gets it; every lane of the warp must come.
DEVICE float tile_sum(float value) {
    double sum = value + warp_shuffle_xor(value, 16);
    for (int distance = 8; distance > 0; distance >>= 1) {
        sum += warp_shuffle_xor(sum, distance);
    }
    return float(sum);
}

// The same sum where a thread holds four neighbouring columns and eight neighbouring lanes the tile, so that a warp sums four
// tiles; every lane gets that of its own. Values beyond the last column must be 0; every lane of the warp must come.
DEVICE float tile_sum(const float (&value)[4]) {
    double lanes[4];  // virtual lanes 4 * (lane % 4) .. + 3
#pragma unroll
    for (int j = 0; j < 4; j++) {
        lanes[j] = value[j] + warp_shuffle_xor(value[j], 4);  // 16 columns on
        lanes[j] += warp_shuffle_xor(lanes[j], 2);
        lanes[j] += warp_shuffle_xor(lanes[j], 1);
    }
    return float((lanes[0] + lanes[2]) + (lanes[1] + lanes[3]));
}

constexpr int BLOCK_SUM_BYTES = WARPS * int(sizeof(double));

// The sum over the block, given to every thread: a tree in each warp, then warps in order. `scratch` holds
// BLOCK_SUM_BYTES and may hold anything before.
DEVICE double block_sum(double value, double* scratch) {
    for (int distance = 16; distance > 0; distance >>= 1) {
        value += warp_shuffle_xor(value, distance);
    }
    sync();  // what other threads still read in scratch, before it is written
    if (lane_id() == 0) {
        scratch[warp_id()] = value;
    }
    sync();  // every warp's sum is written, before it is read
    double sum = scratch[0];
    for (int warp = 1; warp < WARPS; warp++) {
        sum += scratch[warp];
    }
    return sum;
}

// The sum of one row's partials, in order of tiles.
DEVICE double partials_sum(const float* partials, int tiles, int64_t batch, int64_t row) {
    double sum = 0;
    for (int tile = 0; tile < tiles; tile++) {
        sum += partials[tile * batch + row];
    }
    return sum;
}

// The sum of partials over the rows of the batch, given to every thread; `scratch` as for block_sum.
DEVICE double batch_sum(const float* partials, int tiles, uint32_t batch, uint32_t rows, double* scratch) {
    double sum = 0;
    for (uint32_t row = threadIdx.x; row < rows; row += BLOCK) {
        sum += partials_sum(partials, tiles, batch, row);
    }
    return block_sum(sum, scratch);
}
