// Sums in a fixed order.
#pragma once

#include "step.cuh"

// The sum over a tile of 32 columns, one lane per column, in the order of dev.fusedvae.simd.VirtualLanes: columns 16 apart are added
// in fp32 (16 virtual lanes), then a tree at distances 8, 4, 2, 1 in double. Every lane gets the sum; all lanes of the warp must
// call it.
DEVICE float tile_sum(float value) {
    double sum = value + warp_shuffle_xor(value, 16);
    for (int distance = 8; distance > 0; distance >>= 1) {
        sum += warp_shuffle_xor(sum, distance);
    }
    return float(sum);
}

// The same sum if a thread holds four neighbouring columns: eight neighbouring lanes hold a tile, a warp four tiles. Every lane gets
// the sum of its own tile. Values beyond the last column must be 0; all lanes of the warp must call it.
DEVICE float tile_sum(const float (&value)[4]) {
    double lanes[4];  // virtual lanes 4 * (lane % 4) .. 4 * (lane % 4) + 3
#pragma unroll
    for (int j = 0; j < 4; j++) {
        lanes[j] = value[j] + warp_shuffle_xor(value[j], 4);  // the lane whose columns are 16 apart
        lanes[j] += warp_shuffle_xor(lanes[j], 2);
        lanes[j] += warp_shuffle_xor(lanes[j], 1);
    }
    return float((lanes[0] + lanes[2]) + (lanes[1] + lanes[3]));
}

constexpr int BLOCK_SUM_BYTES = WARPS * int(sizeof(double));

// The sum over the block, which every thread gets: a tree in each warp, then the warps in order. `scratch` has BLOCK_SUM_BYTES;
// its content before the call does not matter.
DEVICE double block_sum(double value, double* scratch) {
    for (int distance = 16; distance > 0; distance >>= 1) {
        value += warp_shuffle_xor(value, distance);
    }
    sync();  // all threads have finished reading scratch, before it is written
    if (lane_id() == 0) {
        scratch[warp_id()] = value;
    }
    sync();  // all warps have written their sums, before these are read
    double sum = scratch[0];
    for (int warp = 1; warp < WARPS; warp++) {
        sum += scratch[warp];
    }
    return sum;
}

// The sum of one row's partials, in the order of the tiles.
DEVICE double partials_sum(const float* partials, int tiles, int64_t batch, int64_t row) {
    double sum = 0;
    for (int tile = 0; tile < tiles; tile++) {
        sum += partials[tile * batch + row];
    }
    return sum;
}

// The sum of the partials of all rows of the batch, which every thread gets; `scratch` as for block_sum.
DEVICE double batch_sum(const float* partials, int tiles, uint32_t batch, uint32_t rows, double* scratch) {
    double sum = 0;
    for (uint32_t row = threadIdx.x; row < rows; row += BLOCK) {
        sum += partials_sum(partials, tiles, batch, row);
    }
    return block_sum(sum, scratch);
}
