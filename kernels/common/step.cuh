// The step that a kernel works on, and where a block stands in a matrix.
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

// Live rows where an example has args.samples of them.
template <class Args> DEVICE uint32_t rows_of(const Args& args) { return step_of(args).rows * args.samples; }

// The row number of the noise of `row`: samples are numbered by batch row in training, by example and by their place among
// all samples of the example where rows go `by_example`.
template <class Args>
DEVICE uint32_t noise_row(const Args& args, const StepRecord& step, uint32_t row, uint32_t by_example) {
    const uint32_t example = row / args.samples + (by_example != 0 ? step.position : 0u);
    return example * args.all_samples + step.first_sample + row % args.samples;
}

DEVICE constexpr int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// One element per thread of a [rows, columns] matrix; `inside` is false beyond the live rows.
struct Element {
    int64_t index;  // [0, rows * columns) where inside
    bool inside;
};

DEVICE Element element_of(int block, uint32_t rows, uint32_t columns) {
    const int64_t index = int64_t(block) * BLOCK + threadIdx.x;
    return {index, index < int64_t(rows) * columns};
}

// One warp per row and eight rows per block, over a tile of WIDTH columns; tiles of one row follow each other.
struct RowTile {
    int tile;       // [0, ceil(columns / WIDTH))
    int64_t row;    // [0, roundup(B, 8))
    int64_t column; // the thread's first column, each thread has WIDTH / 32 of them
};

template <int WIDTH> DEVICE RowTile row_tile_of(int block, uint32_t columns) {
    const int tiles = int(ceil_div(columns, WIDTH));
    const int tile = block % tiles;
    return {tile, int64_t(block / tiles) * WARPS + warp_id(), int64_t(tile) * WIDTH + lane_id() * (WIDTH / WARP)};
}
