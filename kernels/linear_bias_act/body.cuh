// y = act(x W^T + b)
#pragma once

#include "../common/activation.cuh"
#include "../common/gemm.cuh"

DEVICE float linear_pre(const LinearBiasActArgs& args, int64_t column, float product) {
    return args.bias != nullptr && column < args.n ? product + args.bias[column] : product;
}

// One element, from its product on; row [0, rows), column [0, n).
DEVICE void finish(const LinearBiasActArgs& args, int64_t row, int64_t column, float product) {
    const float pre = linear_pre(args, column, product);
    const int64_t to = row * args.n + column;
    if (args.pre != nullptr) {
        args.pre[to] = pre;
    }
    args.y[to] = activation_value(args.activation, pre);
}

DEVICE void body(const LinearBiasActArgs& args, int block, char*) {
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
    finish(args, at.row, at.column, sum);
}

DEVICE void tiled_body(const LinearBiasActArgs& args, int block, char* smem) {
    const int64_t rows = step_of(args).rows;
    const Place at = tiled_place(block, args.n);
    float sum[4][4] = {};
    tiled_product<true, true>({args.x, rows, args.k, args.k}, {args.w, args.n, args.k, args.k}, at,
                              *reinterpret_cast<GemmTile*>(smem), sum);
    const bool vector = by_four(args.pre, args.n) && by_four(args.y, args.n);
#pragma unroll
    for (int i = 0; i < 4; i++) {
        const int64_t to = (at.row + i) * args.n;
        if (at.row + i < rows) {
#pragma unroll
            for (int j = 0; j < 4; j++) {
                sum[i][j] = linear_pre(args, at.column + j, sum[i][j]);
            }
            if (args.pre != nullptr) {
                store_four(args.pre + to, at.column, args.n, vector, sum[i]);
            }
#pragma unroll
            for (int j = 0; j < 4; j++) {
                sum[i][j] = activation_value(args.activation, sum[i][j]);
            }
            store_four(args.y + to, at.column, args.n, vector, sum[i]);
        }
    }
}
