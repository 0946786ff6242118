// state = 1 if word < floor(act(x W + b) 2^32), else 0: the layer of linear_bias_act_sample in the other direction
#pragma once

#include "../common/linear_sample.cuh"

DEVICE void body(const LinearSampleArgs& args, int block, char*) {
    const Place at = naive_place(block, args.k);
    if (at.row >= step_of(args).rows || at.column >= args.k) {
        return;
    }
    const float* x = args.x + at.row * args.n;
    const float* w = args.w + at.column;
    float sum = 0;
    for (uint32_t n = 0; n < args.n; n++) {
        sum = fma_rn(x[n], w[int64_t(n) * args.k], sum);
    }
    sample_store(args, at, args.k, sum);
}

DEVICE void tiled_body(const LinearSampleArgs& args, int block, char* smem) {
    const Place at = tiled_place(block, args.k);
    float sum[4][4] = {};
    tiled_product<true, false>({args.x, step_of(args).rows, args.n, args.n}, {args.w, args.k, args.n, args.k}, at,
                               *reinterpret_cast<GemmTile*>(smem), sum);
    sample_store(args, at, args.k, sum);
}
