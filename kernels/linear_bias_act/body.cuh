// y = act(x W^T + b)
#pragma once

#include "../common/linear.cuh"

DEVICE void body(const LinearBiasActArgs& args, int block, char*) {
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
    linear_store(args, at.row, at.column, sum);
}

DEVICE void tiled_body(const LinearBiasActArgs& args, int block, char* smem) {
    const int64_t rows = rows_of(args);
    const Place at = tiled_place(block, args.n);
    float sum[4][4] = {};
    tiled_product<true, true>({args.x, rows, args.k, args.k}, {args.w, args.n, args.k, args.k}, at,
                              *reinterpret_cast<GemmTile*>(smem), sum);
    linear_store(args, at, rows, sum);
}
