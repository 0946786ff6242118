// Products by row blocks: a block computes ROW_BLOCK rows of the batch with all their columns. So it can go on with the next layer
// of these rows without waiting for other blocks. The price: every row block reads all weights again, from L2. It reads each weight
// once, 128 bytes per warp, into slices of shared memory, and uses it for ROW_BLOCK rows.
#pragma once

#include "gemm.cuh"

constexpr int ROW_BLOCK = 8;  // the rowBlock of RowBlocks.BUDGET on the host
constexpr int RN = 64;        // columns of one pass
constexpr int RK = 32;        // depth of one slice
static_assert(ROW_BLOCK == WARPS, "one warp per row when rows are summed");
static_assert(ROW_BLOCK * RN == 2 * BLOCK && RN % WARP == 0, "a thread computes two rows of one column, a warp two rows of 32 columns");
static_assert(ROW_BLOCK * RK == BLOCK && RK == WARP, "a thread stages one element of x, a warp one row");

// One slice of both operands. Rows of w are padded by one float, because w is written along k or along columns and read along columns.
struct RowSlices {
    float x[ROW_BLOCK][RK];
    float w[RK][RN + 1];
};

// The thread's column in a pass (RN columns), and the first of its two rows of the block.
DEVICE int pass_column() { return int(threadIdx.x) % RN; }
DEVICE int pass_row() { return int(threadIdx.x) / RN * 2; }

// Rows of a matrix of `depth` columns, in global or shared memory; rows from `rows` on are treated as zeros. If every example has
// several rows (samples), this is one row of each example: `data` points to that row of the first example, and `rows` counts
// examples.
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

// The columns of a pass, in two halves of 32: neighbouring columns, or means and the log-variances of the same latents.
struct PassColumns {
    int first[2];
    int end[2];

    // The matrix column of the pass's column c, or -1 if it is beyond the end.
    MEMBER int of(int c) const {
        const int column = (c < WARP ? first[0] : first[1] - WARP) + c;
        return column < (c < WARP ? end[0] : end[1]) ? column : -1;
    }
};

DEVICE PassColumns neighbours(int first, int end) { return {{first, first + WARP}, {end, end}}; }

// The operand W[N, K] of y = x W^T.
struct WeightRows {
    const float* w;
    int depth;  // K
    PassColumns columns;

    MEMBER void stage(float (&slice)[RK][RN + 1], int k0) const {
        const int k = k0 + lane_id();
#pragma unroll 1  // eight loads at a time would cost up to 50 registers; there are too few blocks for that to pay
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

// The operand W[N, K] of dx = dy W: the depth is N, the columns are those of W from `first` on.
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

// sum[i] = the product at row pass_row() + i of the block and column pass_column() of the pass, added in the order of depth. All
// threads of the block must call it.
template <class X, class W> DEVICE void row_product(const X& x, const W& w, int depth, RowSlices& slices, float (&sum)[2]) {
    const int r = pass_row();
    const int c = pass_column();
    for (int k0 = 0; k0 < depth; k0 += RK) {
        sync();  // the previous slice has been read, and what x reads from shared memory has been written, before this slice is
                 // written
        x.stage(slices.x, k0);
        w.stage(slices.w, k0);
        sync();  // all threads have written this slice, before it is read
#pragma unroll 8
        for (int k = 0; k < RK; k++) {
            const float v = slices.w[k][c];
            sum[0] = fma_rn(slices.x[r][k], v, sum[0]);
            sum[1] = fma_rn(slices.x[r + 1][k], v, sum[1]);
        }
    }
}
