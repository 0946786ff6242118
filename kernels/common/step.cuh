// The record of the step that a kernel works on, and the part of a matrix that a block or thread works on.
#pragma once

#include "args.cuh"

#define DEVICE static __device__ __forceinline__
#define MEMBER __device__ __forceinline__

constexpr int BLOCK = 256;
constexpr int WARP = 32;
constexpr int WARPS = BLOCK / WARP;

template <class Args> DEVICE const StepRecord& step_of(const Args& args) {
    return args.table[*args.base + args.offset];
}

// The number of live rows, if an example has args.samples rows.
template <class Args> DEVICE uint32_t rows_of(const Args& args) { return step_of(args).rows * args.samples; }

// The row number of the noise of `row`. In training, samples are numbered by batch row; if `by_example` is set, by example and by
// the sample's place among all samples of the example.
template <class Args>
DEVICE uint32_t noise_row(const Args& args, const StepRecord& step, uint32_t row, uint32_t by_example) {
    const uint32_t example = row / args.samples + (by_example != 0 ? step.position : 0u);
    return example * args.all_samples + step.first_sample + row % args.samples;
}

DEVICE constexpr int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// The element of a [rows, columns] matrix that the calling thread computes; `inside` is false beyond the live rows.
struct Element {
    int64_t index;  // [0, rows * columns) if inside
    bool inside;
};

DEVICE Element element_of(int block, uint32_t rows, uint32_t columns) {
    const int64_t index = int64_t(block) * BLOCK + threadIdx.x;
    return {index, index < int64_t(rows) * columns};
}

// One warp per row and eight rows per block, over a tile of WIDTH columns. Consecutive blocks have the tiles of the same rows.
struct RowTile {
    int tile;       // [0, ceil(columns / WIDTH))
    int64_t row;    // [0, roundup(B, 8))
    int64_t column; // the thread's first column; each thread has WIDTH / 32 columns
};

template <int WIDTH> DEVICE RowTile row_tile_of(int block, uint32_t columns) {
    const int tiles = int(ceil_div(columns, WIDTH));
    const int tile = block % tiles;
    return {tile, int64_t(block / tiles) * WARPS + warp_id(), int64_t(tile) * WIDTH + lane_id() * (WIDTH / WARP)};
}
