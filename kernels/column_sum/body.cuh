// out = sum of dY over rows: the gradient of a bias, or of a parameter that all rows share (then dY is partials).
#pragma once

#include "../common/reduce.cuh"

DEVICE void column_norm(const ColumnSumArgs& args, int block, double square, double* scratch) {
    if (args.norms != nullptr) {
        const double sum = block_sum(square, scratch);
        if (threadIdx.x == 0) {
            args.norms[block] = float(sum);
        }
    }
}

DEVICE void body(const ColumnSumArgs& args, int block, char* smem) {
    const uint32_t rows = step_of(args).rows;
    double* scratch = reinterpret_cast<double*>(smem);
    if (args.tiles > 0) {
        const float total = float(batch_sum(args.dy, int(args.tiles), args.batch, rows, scratch));
        if (threadIdx.x == 0) {
            args.out[0] = total;
        }
        column_norm(args, block, threadIdx.x == 0 ? double(total) * total : 0.0, scratch);
        return;
    }
    const int64_t column = int64_t(block) * BLOCK + threadIdx.x;
    float sum = 0;
    if (column < args.n) {
        for (uint32_t row = 0; row < rows; row++) {
            sum += args.dy[int64_t(row) * args.n + column];
        }
        args.out[column] = sum;
    }
    column_norm(args, block, double(sum) * sum, scratch);
}
