// dW = dY^T X; db = sum of dY over rows; the sums of squares of both. If there are weights, each row of dY is multiplied by its weight.
// The blocks of the first columns compute db.
#pragma once

#include "../common/gemm.cuh"

// Computes db for the block's `height` rows of dW, one thread per element, summed row by row of the batch. All threads of the block
// must call it.
DEVICE void bias_gradient(const LinearBackwardWeightBiasArgs& args, const Place& at, int height, double* scratch) {
    const int64_t n = int64_t(at.row_block) * height + threadIdx.x;
    float sum = 0;
    if (int(threadIdx.x) < height && n < args.n) {
        const uint32_t rows = rows_of(args);
        for (uint32_t b = 0; b < rows; b++) {
            sum += weighed(args, b, args.dy[int64_t(b) * args.n + n]);
        }
        args.db[n] = sum;
    }
    if (args.db_norms != nullptr) {
        const double squares = block_sum(double(sum) * sum, scratch);
        if (threadIdx.x == 0) {
            args.db_norms[at.row_block] = float(squares);
        }
    }
}

DEVICE void weight_norm(const LinearBackwardWeightBiasArgs& args, int block, double squares, double* scratch) {
    if (args.dw_norms != nullptr) {
        const double sum = block_sum(squares, scratch);
        if (threadIdx.x == 0) {
            args.dw_norms[block] = float(sum);
        }
    }
}

DEVICE void body(const LinearBackwardWeightBiasArgs& args, int block, char* smem) {
    const Place at = naive_place(block, args.k);
    const uint32_t rows = rows_of(args);
    float sum = 0;
    if (at.row < args.n && at.column < args.k) {
        for (uint32_t b = 0; b < rows; b++) {
            sum = fma_rn(weighed(args, b, args.dy[int64_t(b) * args.n + at.row]), args.x[int64_t(b) * args.k + at.column], sum);
        }
        args.dw[at.row * args.k + at.column] = sum;
    }
    double* scratch = reinterpret_cast<double*>(smem);
    weight_norm(args, block, double(sum) * sum, scratch);
    if (args.db != nullptr && at.column_block == 0) {
        bias_gradient(args, at, SIDE, scratch);
    }
}

DEVICE void tiled_body(const LinearBackwardWeightBiasArgs& args, int block, char* smem) {
    const int64_t rows = rows_of(args);
    const Place at = tiled_place(block, args.k);
    float sum[4][4] = {};
    tiled_product<false, false>({args.dy, args.n, rows, args.n, args.weights}, {args.x, args.k, rows, args.k}, at,
                                *reinterpret_cast<GemmTile*>(smem), sum);
    const bool vector = by_four(args.dw, args.k);
    double squares = 0;
#pragma unroll
    for (int i = 0; i < 4; i++) {
        const int64_t row = at.row + i;
        if (row < args.n) {
            store_four(args.dw + row * args.k, at.column, args.k, vector, sum[i]);
        }
#pragma unroll
        for (int j = 0; j < 4; j++) {
            squares += double(sum[i][j]) * sum[i][j];  // zero beyond the last row and column
        }
    }
    double* scratch = reinterpret_cast<double*>(smem + sizeof(GemmTile));
    weight_norm(args, block, squares, scratch);
    if (args.db != nullptr && at.column_block == 0) {
        bias_gradient(args, at, TM, scratch);
    }
}
