// dA = (dY W) act'(saved)
#pragma once

#include "../common/activation.cuh"
#include "../common/gemm.cuh"

DEVICE float data_gradient(const LinearBackwardDataActArgs& args, int64_t row, int64_t column, float product) {
    return args.saved != nullptr && column < args.k
               ? product * activation_slope(args.activation, args.saved[row * args.k + column])
               : product;
}

DEVICE void body(const LinearBackwardDataActArgs& args, int block, char*) {
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
    args.da[at.row * args.k + at.column] = data_gradient(args, at.row, at.column, sum);
}

DEVICE void tiled_body(const LinearBackwardDataActArgs& args, int block, char* smem) {
    const int64_t rows = rows_of(args);
    const Place at = tiled_place(block, args.k);
    float sum[4][4] = {};
    tiled_product<true, false>({args.dy, rows, args.n, args.n}, {args.w, args.k, args.n, args.k}, at,
                               *reinterpret_cast<GemmTile*>(smem), sum);
    const bool vector = by_four(args.da, args.k);
#pragma unroll
    for (int i = 0; i < 4; i++) {
        const int64_t row = at.row + i;
        if (row < rows) {
#pragma unroll
            for (int j = 0; j < 4; j++) {
                sum[i][j] = data_gradient(args, row, at.column + j, sum[i][j]);
            }
            store_four(args.da + row * args.k, at.column, args.k, vector, sum[i]);
        }
    }
}
