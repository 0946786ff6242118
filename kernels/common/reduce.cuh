// Sums in a fixed order.
#pragma once

#include "step.cuh"

// The sum over a tile of 32 columns, a column a lane: 16 virtual lanes in fp32, then one tree at distance 8, 4, 2, 1 in
// double, as dev.fusedvae.simd.VirtualLanes. Every lane gets it; every lane of the warp must come.
DEVICE float tile_sum(float value) {
    double sum = value + warp_shuffle_xor(value, 16);
    for (int distance = 8; distance > 0; distance >>= 1) {
        sum += warp_shuffle_xor(sum, distance);
    }
    return float(sum);
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
