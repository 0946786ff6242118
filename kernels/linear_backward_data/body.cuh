// dX = dY W
#pragma once

#include "../common/gemm.cuh"

DEVICE void body(const LinearBackwardDataArgs& args, int block, char*) {
    const Place at = naive_place(block, args.k);
    if (at.row >= rows_of(args) || at.column >= args.k) {
        return;
    }
    const float* dy = args.dy + at.row * args.n;
    const float* w = args.w + at.column;
    float sum = 0;
    for (uint32_t n = 0; n < args.n; n++) {
        sum = fma_rn(dy[n], w[int64_t(n) * args.k], sum);
    }
    args.dx[at.row * args.k + at.column] = sum;
}
