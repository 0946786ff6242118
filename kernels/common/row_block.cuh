// Products by row blocks: a block owns ROW_BLOCK rows of the batch and all their columns, so that what follows a layer may
// start where the layer's rows end. The price: every row block reads all weights again, from L2. They are read once per block,
// 128 bytes per warp, into slices of shared memory, and each value read serves ROW_BLOCK rows.
#pragma once

#include "gemm.cuh"

constexpr int ROW_BLOCK = 8;  // RowBlocks.BUDGET of the host
constexpr int RN = 64;        // columns of one pass
constexpr int RK = 32;        // depth of one slice
static_assert(ROW_BLOCK == WARPS, "a warp a row where rows are summed");
static_assert(ROW_BLOCK * RN == 2 * BLOCK && RN % WARP == 0, "a thread computes two rows of a column, a warp 32 columns of them");
static_assert(ROW_BLOCK * RK == BLOCK && RK == WARP, "a thread stages one element of x, a warp a row");

// One slice of both operands. Rows of w are padded by one: it is written along k or along columns, and read along columns.
struct RowSlices {
    float x[ROW_BLOCK][RK];
    float w[RK][RN + 1];
};

// The thread's column of a pass, and the first of its two rows of the block.
DEVICE int pass_column() { return int(threadIdx.x) % RN; }
DEVICE int pass_row() { return int(threadIdx.x) / RN * 2; }

// Rows of a matrix of `depth` columns, in global or shared memory; rows from `rows` on are taken for zeros. Where an example
// has several rows, one of each, `data` being the first example's: rows count examples.
struct MemoryRows {
    const float* data;
    int64_t row0;
    int64_t rows;
    int depth;
    int samples = 1;

    MEMBER void stage(float (&x)[ROW_BLOCK][RK], int k0) const {
        const int64_t row = row0 + warp_id();
        const int k = k0 + lane_id();
        x[warp_id()][lane_id()] = row < rows && k < depth ? data[row * samples * depth + k] : 0.0f;
    }
};

// The columns of a pass, in two halves of 32: neighbours, or means and the log-variances that belong to them.
struct PassColumns {
    int first[2];
    int end[2];

    // In [0, end), or -1 where the pass has no such column.
    MEMBER int of(int c) const {
        const int column = (c < WARP ? first[0] : first[1] - WARP) + c;
        return column < (c < WARP ? end[0] : end[1]) ? column : -1;
    }
};

DEVICE PassColumns neighbours(int first, int end) { return {{first, first + WARP}, {end, end}}; }

// W[N, K] of y = x W^T, at k first.
struct WeightRows {
    const float* w;
    int depth;  // K
    PassColumns columns;

    MEMBER void stage(float (&slice)[RK][RN + 1], int k0) const {
        const int k = k0 + lane_id();
#pragma unroll 1  // eight loads in flight at once would cost up to 50 registers, for blocks that are few
        for (int half = 0; half < 2; half++) {
            const int n = (half == 0 ? columns.first[0] : columns.first[1]) + warp_id();
            const int end = half == 0 ? columns.end[0] : columns.end[1];
            const float* from = w + int64_t(n) * depth + k;
#pragma unroll
            for (int i = 0; i < WARP; i += WARPS) {
                const bool inside = n + i < end && k < depth;
                slice[lane_id()][half * WARP + warp_id() + i] = inside ? from[int64_t(i) * depth] : 0.0f;
            }
        }
    }
};

// W[N, K] of dx = dy W: the depth is N, the columns are those of W, from `first` on.
struct WeightColumns {
    const float* w;
    int depth;  // N
    int first;
    int count;  // K

    MEMBER void stage(float (&slice)[RK][RN + 1], int n0) const {
        const int column = first + pass_column();
        const int d0 = int(threadIdx.x) / RN;
        const float* from = w + int64_t(n0 + d0) * count + column;
#pragma unroll
        for (int d = 0; d < RK; d += BLOCK / RN) {
            const bool inside = column < count && n0 + d0 + d < depth;
            slice[d0 + d][pass_column()] = inside ? from[int64_t(d) * count] : 0.0f;
        }
    }
};

// sum[i] = the product at row pass_row() + i of the block and column pass_column() of the pass, added in order of depth.
// Every thread of the block must come.
template <class X, class W> DEVICE void row_product(const X& x, const W& w, int depth, RowSlices& slices, float (&sum)[2]) {
    const int r = pass_row();
    const int c = pass_column();
    for (int k0 = 0; k0 < depth; k0 += RK) {
        sync();  // the slice before is read (and what x stages from shared memory is written), before this one is written
        x.stage(slices.x, k0);
        w.stage(slices.w, k0);
        sync();  // this slice is written, before it is read
#pragma unroll 8
        for (int k = 0; k < RK; k++) {
            const float v = slices.w[k][c];
            sum[0] = fma_rn(slices.x[r][k], v, sum[0]);
            sum[1] = fma_rn(slices.x[r + 1][k], v, sum[1]);
        }
    }
}
