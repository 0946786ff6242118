// norms[block] = sum of squares of NORM_CHUNK elements of a gradient.
#pragma once

#include "../common/reduce.cuh"

DEVICE void body(const SquaredNormArgs& args, int block, char* smem) {
    const int64_t first = int64_t(block) * NORM_CHUNK;
    double sum = 0;
    for (int i = threadIdx.x; i < int(NORM_CHUNK); i += BLOCK) {
        if (first + i < args.count) {
            const double g = args.gradient[first + i];
            sum += g * g;
        }
    }
    sum = block_sum(sum, reinterpret_cast<double*>(smem));
    if (threadIdx.x == 0) {
        args.norms[block] = float(sum);
    }
}
