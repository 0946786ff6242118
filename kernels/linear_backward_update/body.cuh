// W, b = optimizer(W, b, dY^T X, sum of dY over rows); if there are weights, each row of dY is multiplied by its weight. Every gradient
// is summed over the whole batch in registers, row by row, and used there. The blocks of the first columns update b.
#pragma once

#include "../common/gemm.cuh"
#include "../common/optimizer.cuh"

DEVICE float* second_at(float* second, int64_t at) { return second != nullptr ? second + at : nullptr; }

// Updates b for the block's `height` rows of W, one thread per row.
DEVICE void update_bias(const LinearBackwardUpdateArgs& args, const StepRecord& step, const Place& at, int height) {
    const int64_t n = int64_t(at.row_block) * height + threadIdx.x;
    if (args.bias == nullptr || at.column_block != 0 || int(threadIdx.x) >= height || n >= args.n) {
        return;
    }
    float sum = 0;
    const uint32_t rows = step.rows * args.samples;
    for (uint32_t b = 0; b < rows; b++) {
        sum += weighed(args, b, args.dy[int64_t(b) * args.n + n]);
    }
    if (args.db != nullptr) {
        args.db[n] = sum;
    }
    optimize(args, step, args.bias + n, args.bias_first + n, second_at(args.bias_second, n), sum);
}

DEVICE void body(const LinearBackwardUpdateArgs& args, int block, char*) {
    const StepRecord& step = step_of(args);
    const Place at = naive_place(block, args.k);
    if (at.row < args.n && at.column < args.k) {
        float sum = 0;
        const uint32_t rows = step.rows * args.samples;
        for (uint32_t b = 0; b < rows; b++) {
            sum = fma_rn(weighed(args, b, args.dy[int64_t(b) * args.n + at.row]), args.x[int64_t(b) * args.k + at.column], sum);
        }
        const int64_t to = at.row * args.k + at.column;
        if (args.dw != nullptr) {
            args.dw[to] = sum;
        }
        optimize(args, step, args.w + to, args.first + to, second_at(args.second, to), sum);
    }
    update_bias(args, step, at, SIDE);
}

// Updates elements [column, column + 4) of row `row` of W by their gradients; `vector` as for load_four.
DEVICE void update_four(const LinearBackwardUpdateArgs& args, const StepRecord& step, int64_t row, int64_t column, bool vector,
                        const float (&g)[4]) {
    const int64_t to = row * args.k;
    const float4 w = load_four(args.w + to, column, args.k, vector);
    const float4 m = load_four(args.first + to, column, args.k, vector);
    const float4 v = args.second != nullptr ? load_four(args.second + to, column, args.k, vector) : make_float4(0, 0, 0, 0);
    Weight weights[4] = {{w.x, m.x, v.x}, {w.y, m.y, v.y}, {w.z, m.z, v.z}, {w.w, m.w, v.w}};
#pragma unroll
    for (int j = 0; j < 4; j++) {
        optimize(args, step, weights[j], g[j]);  // beyond the last column the operands are 0 and the result is not stored
    }
    store_four(args.w + to, column, args.k, vector, {weights[0].value, weights[1].value, weights[2].value, weights[3].value});
    store_four(args.first + to, column, args.k, vector, {weights[0].first, weights[1].first, weights[2].first, weights[3].first});
    if (args.second != nullptr) {
        store_four(args.second + to, column, args.k, vector, {weights[0].second, weights[1].second, weights[2].second, weights[3].second});
    }
}

DEVICE void tiled_body(const LinearBackwardUpdateArgs& args, int block, char* smem) {
    const StepRecord& step = step_of(args);
    const Place at = tiled_place(block, args.k);
    float sum[4][4] = {};
    const int64_t rows = rows_of(args);
    tiled_product<false, false>({args.dy, args.n, rows, args.n, args.weights}, {args.x, args.k, rows, args.k}, at,
                                *reinterpret_cast<GemmTile*>(smem), sum);
    const bool vector = by_four(args.w, args.k) && by_four(args.first, args.k) && by_four(args.second, args.k);
#pragma unroll
    for (int i = 0; i < 4; i++) {
        const int64_t row = at.row + i;
        if (row < args.n) {
            if (args.dw != nullptr) {
                store_four(args.dw + row * args.k, at.column, args.k, by_four(args.dw, args.k), sum[i]);
            }
            update_four(args, step, row, at.column, vector, sum[i]);
        }
    }
    update_bias(args, step, at, TM);
}
