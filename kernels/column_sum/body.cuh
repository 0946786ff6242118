// out = sum of dY over rows: the gradient of a bias, or of a parameter that all rows share (then dY is partials).
#pragma once

#include "../common/column_sum.cuh"

DEVICE void column_norm(const ColumnSumArgs& args, int block, double square, double* scratch) {
    if (args.norms != nullptr) {
        const double sum = block_sum(square, scratch);
        if (threadIdx.x == 0) {
            args.norms[block] = float(sum);
        }
    }
}

DEVICE void body(const ColumnSumArgs& args, int block, char* smem) {
    double* scratch = reinterpret_cast<double*>(smem);
    if (args.tiles > 0) {
        const float total = partials_column_sum(args, scratch);
        if (threadIdx.x == 0) {
            args.out[0] = total;
        }
        column_norm(args, block, threadIdx.x == 0 ? double(total) * total : 0.0, scratch);
        return;
    }
    const int64_t column = int64_t(block) * BLOCK + threadIdx.x;
    float sum = 0;
    if (column < args.n) {
        sum = matrix_column_sum(args, column);
        args.out[column] = sum;
    }
    column_norm(args, block, double(sum) * sum, scratch);
}
