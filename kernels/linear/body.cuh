// y = x W^T
#pragma once

#include "../common/gemm.cuh"

DEVICE void body(const LinearArgs& args, int block, char*) {
    const Place at = naive_place(block, args.n);
    if (at.row >= rows_of(args) || at.column >= args.n) {
        return;
    }
    const float* x = args.x + at.row * args.k;
    const float* w = args.w + at.column * args.k;
    float sum = 0;
    for (uint32_t k = 0; k < args.k; k++) {
        sum = fma_rn(x[k], w[k], sum);
    }
    args.y[at.row * args.n + at.column] = sum;
}
