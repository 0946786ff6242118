// parameter = optimizer(parameter, sum of its gradient over the rows of the batch), for a parameter that all rows share: a scalar
// whose gradient is given as partials, or a vector, one thread per element.
#pragma once

#include "../common/column_sum.cuh"
#include "../common/optimizer.cuh"

DEVICE void body(const ScalarUpdateArgs& args, int block, char* smem) {
    const int64_t column = int64_t(block) * BLOCK + threadIdx.x;
    float g = 0;
    if (args.tiles > 0) {
        g = partials_column_sum(args, reinterpret_cast<double*>(smem));
    } else if (column < args.n) {
        g = matrix_column_sum(args, column);
    }
    if (column < args.n) {
        if (args.out != nullptr) {
            args.out[column] = g;
        }
        optimize(args, step_of(args), args.parameter + column, args.first + column, args.second != nullptr ? args.second + column : nullptr, g);
    }
}
