// Products of matrices on tensor cores in 3xTF32: three TF32 products for one of fp32 operands, with errors like those of fp32.
//
// Every operand is split as x = big + small + e, big = tf32(x), small = tf32(x - big), where x - big is exact:
// |x - big| <= 2^-11 |x| has at most 12 significant bits, small keeps 11 of them, so |e| <= 2^-23 |x|. Then
//   x w = big big + (big small + small big), with an error of at most 2^-21 |x w|: 2^-22 for small small, which is left out, and
//   2^-23 for each of the two e.
// Tensor cores add aligned products exactly and then truncate, instead of rounding to nearest (Fasi, Higham, Mikaitis, Pranesh
// 2021, "Numerical behavior of NVIDIA tensor cores"), so that errors of the same sign add up over a long k. Therefore each slice
// starts from zero and is added to the sum by an fp32 addition (Ootomo, Yokota 2022, "Recovering single precision accuracy from
// Tensor Cores"). The corrections, about 2^-10 of the sum, have one accumulator of their own for all slices.
// dev.fusedvae.check.Tolerance.TF32X3 derives the error bound. Infinite operands give NaN, as do those that round to infinity in
// tf32, from 2^128 (1 - 2^-12) on. Unverified on hardware.
#pragma once

#include "pipeline.cuh"

// A warp computes 32 x 16 of the block's 64 x 64 elements, in 2 x 2 tiles of 16 x 8. A batch of 128 and a layer of 400 columns give
// 14 blocks; larger tiles would leave still more of the device idle.
constexpr int WARP_ROWS = 32;
constexpr int WARP_COLUMNS = 16;
constexpr int TILES_M = WARP_ROWS / 16;
constexpr int TILES_N = WARP_COLUMNS / 8;
static_assert((TM / WARP_ROWS) * (TN / WARP_COLUMNS) == WARPS, "the warps share the block's tile");
static_assert(TK % 8 == 0, "one tensor core instruction covers 8 values of k");

// The calling lane's elements of its warp's tiles: [tile row][tile column][element], each tile in the layout of mma_tf32's d.
struct WarpTile {
    float at[TILES_M][TILES_N][4];
};

// The position in C of an element of the calling lane's WarpTile.
struct Cell {
    int64_t row;
    int64_t column;
};

DEVICE int warp_row() { return warp_id() / (TN / WARP_COLUMNS) * WARP_ROWS; }
DEVICE int warp_column() { return warp_id() % (TN / WARP_COLUMNS) * WARP_COLUMNS; }

DEVICE Cell cell_of(const Place& place, int i, int j, int element) {
    return {int64_t(place.row_block) * TM + warp_row() + 16 * i + lane_id() / 4 + element / 2 * 8,
            int64_t(place.column_block) * TN + warp_column() + 8 * j + lane_id() % 4 * 2 + element % 2};
}

// Calls use(row, column, value) for each element of the lane, including those beyond the edges of the matrix.
template <class Use> DEVICE void for_each_cell(const Place& place, const WarpTile& tile, Use use) {
#pragma unroll
    for (int i = 0; i < TILES_M; i++) {
#pragma unroll
        for (int j = 0; j < TILES_N; j++) {
#pragma unroll
            for (int e = 0; e < 4; e++) {
                const Cell cell = cell_of(place, i, j, e);
                use(cell.row, cell.column, tile.at[i][j][e]);
            }
        }
    }
}

// WORDS words of a fragment, each split into big and small. In the tile at (major0, k0), word `word` is at
// major = 8 (word % MAJORS) + g, k = 4 (word / MAJORS) + t, with g = lane / 4 and t = lane % 4.
template <int WORDS> struct SplitFragment {
    uint32_t big[WORDS];
    uint32_t small[WORDS];
};

template <int MAJORS, int WORDS, bool K_FIRST>
DEVICE void load_split(const Slice<K_FIRST>& slice, int major0, int k0, SplitFragment<WORDS>& to) {
#pragma unroll
    for (int word = 0; word < WORDS; word++) {
        const int major = major0 + word % MAJORS * 8 + lane_id() / 4;
        const int k = k0 + word / MAJORS * 4 + lane_id() % 4;
        const float x = slice.words[word_of<K_FIRST>(major, k)];
        to.big[word] = tf32_rna(x);
        to.small[word] = tf32_rna(sub_rn(x, bits_float(to.big[word])));
    }
}

// big += the main products of one slice, small += its corrections.
template <bool A_K_FIRST, bool B_K_FIRST>
DEVICE void multiply_slice(const Slice<A_K_FIRST>& a, const Slice<B_K_FIRST>& b, WarpTile& big, WarpTile& small) {
#pragma unroll 1  // if it is unrolled, ptxas 13.0 limits sm_100 to 80 registers and spills 16 bytes
    for (int k = 0; k < TK; k += 8) {
        SplitFragment<4> u[TILES_M];
#pragma unroll
        for (int i = 0; i < TILES_M; i++) {
            load_split<2>(a, warp_row() + 16 * i, k, u[i]);
        }
#pragma unroll
        for (int j = 0; j < TILES_N; j++) {
            SplitFragment<2> v;
            load_split<1>(b, warp_column() + 8 * j, k, v);
#pragma unroll
            for (int i = 0; i < TILES_M; i++) {
                mma_tf32(small.at[i][j], u[i].small, v.big);
                mma_tf32(big.at[i][j], u[i].big, v.big);
                mma_tf32(small.at[i][j], u[i].big, v.small);
            }
        }
    }
}

DEVICE void add_tile(WarpTile& to, const WarpTile& from) {
#pragma unroll
    for (int i = 0; i < TILES_M; i++) {
#pragma unroll
        for (int j = 0; j < TILES_N; j++) {
#pragma unroll
            for (int e = 0; e < 4; e++) {
                to.at[i][j][e] = add_rn(to.at[i][j][e], from.at[i][j][e]);
            }
        }
    }
}

// The warp's elements of C = A B; all threads of the block must call it.
template <bool A_K_FIRST, bool B_K_FIRST>
DEVICE WarpTile tensor_product(const Operand& a, const Operand& b, const Place& place, Pipeline<A_K_FIRST, B_K_FIRST>& stages) {
    WarpTile sum = {};
    WarpTile small = {};
    for_each_slice(a, b, place, stages, [&](const Slice<A_K_FIRST>& u, const Slice<B_K_FIRST>& v) {
        WarpTile big = {};
        multiply_slice(u, v, big, small);
        add_tile(sum, big);
    });
    add_tile(sum, small);
    return sum;
}
