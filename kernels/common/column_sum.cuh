// Sums over the rows of a matrix, for each column, or of partials; if there are weights, each row is multiplied by its weight.
// `Args` has dy, weights, batch, n, samples and tiles.
#pragma once

#include "gemm.cuh"

// The sum of one column of a matrix, by one thread, row by row: `column` in [0, n).
template <class Args> DEVICE float matrix_column_sum(const Args& args, int64_t column) {
    const uint32_t rows = rows_of(args);
    float sum = 0;
    for (uint32_t row = 0; row < rows; row++) {
        sum += weighed(args, row, args.dy[int64_t(row) * args.n + column]);
    }
    return sum;
}

// The sum of all partials; every thread of the block gets it. `scratch` as for block_sum.
template <class Args> DEVICE float partials_column_sum(const Args& args, double* scratch) {
    const uint32_t rows = rows_of(args);
    double sum = 0;
    for (uint32_t row = threadIdx.x; row < rows; row += BLOCK) {
        const double value = partials_sum(args.dy, int(args.tiles), args.batch, row);
        sum += args.weights != nullptr ? value * args.weights[row] : value;
    }
    return float(block_sum(sum, scratch));
}
