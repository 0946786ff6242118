// What follows a layer's product: the bias, the activation, and storing what the backward pass needs. `Args` has bias, pre, y, n
// and activation.
#pragma once

#include "activation.cuh"
#include "gemm.cuh"

template <class Args> DEVICE float linear_pre(const Args& args, int64_t column, float product) {
    return args.bias != nullptr && column < args.n ? product + args.bias[column] : product;
}

// Finishes and stores one element of y; both indices must be inside the matrix.
template <class Args> DEVICE void linear_store(const Args& args, int64_t row, int64_t column, float product) {
    const float pre = linear_pre(args, column, product);
    const int64_t to = row * args.n + column;
    if (args.pre != nullptr) {
        args.pre[to] = pre;
    }
    args.y[to] = activation_value(args.activation, pre);
}

// Finishes and stores the thread's 4 x 4 elements of a tiled product.
template <class Args> DEVICE void linear_store(const Args& args, const Place& at, int64_t rows, float (&sum)[4][4]) {
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
