// dW = dY^T X
#pragma once

#include "../common/gemm.cuh"

DEVICE void body(const LinearBackwardWeightArgs& args, int block, char*) {
    const Place at = naive_place(block, args.k);
    if (at.row >= args.n || at.column >= args.k) {
        return;
    }
    const uint32_t rows = rows_of(args);
    float sum = 0;
    for (uint32_t b = 0; b < rows; b++) {
        sum = fma_rn(args.dy[int64_t(b) * args.n + at.row], args.x[int64_t(b) * args.k + at.column], sum);
    }
    args.dw[at.row * args.k + at.column] = sum;
}
