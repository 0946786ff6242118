// state = 1 if word < floor(act(x W^T + b) 2^32), else 0
#pragma once

#include "../common/linear_sample.cuh"

DEVICE void body(const LinearSampleArgs& args, int block, char*) {
    const Place at = naive_place(block, args.n);
    if (at.row >= step_of(args).rows || at.column >= args.n) {
        return;
    }
    const float* x = args.x + at.row * args.k;
    const float* w = args.w + at.column * args.k;
    float sum = 0;
    for (uint32_t k = 0; k < args.k; k++) {
        sum = fma_rn(x[k], w[k], sum);
    }
    sample_store(args, at, args.n, sum);
}

DEVICE void tiled_body(const LinearSampleArgs& args, int block, char* smem) {
    const Place at = tiled_place(block, args.n);
    float sum[4][4] = {};
    tiled_product<true, true>({args.x, step_of(args).rows, args.k, args.k}, {args.w, args.n, args.k, args.k}, at,
                              *reinterpret_cast<GemmTile*>(smem), sum);
    sample_store(args, at, args.n, sum);
}
