// What follows a product of a restricted Boltzmann machine: the bias, the activation, and a random state with that probability.
// A result that no kernel reads has a null pointer and is not computed.
#pragma once

#include "activation.cuh"
#include "bernoulli.cuh"
#include "gemm.cuh"

// Finishes and stores one element of the result, which has `columns` columns; both indices must be inside the matrix.
DEVICE void sample_store(const LinearSampleArgs& args, const Place& at, uint32_t columns, float product) {
    const float pre = product + args.bias[at.column];
    const int64_t to = at.row * columns + at.column;
    if (args.pre != nullptr) {
        args.pre[to] = pre;
    }
    if (args.p == nullptr && args.state == nullptr) {
        return;
    }
    const float p = activation_value(args.activation, pre);
    if (args.p != nullptr) {
        args.p[to] = p;
    }
    if (args.state != nullptr) {
        const Words words = state_words(args, step_of(args), at.row, at.column / 4);
        args.state[to] = draw_float(word_of_column(words, at.column), p);
    }
}

// Finishes and stores the thread's 4 x 4 elements of a tiled product. The four columns are one quad, so one Philox call gives the
// words of a row.
DEVICE void sample_store(const LinearSampleArgs& args, const Place& at, uint32_t columns, float (&sum)[4][4]) {
    const StepRecord& step = step_of(args);
    const bool vector = by_four(args.pre, columns) && by_four(args.p, columns) && by_four(args.state, columns);
    const float4 bias = load_four(args.bias, at.column, columns, by_four(args.bias, columns));
    const float biases[4] = {bias.x, bias.y, bias.z, bias.w};
#pragma unroll
    for (int i = 0; i < 4; i++) {
        const int64_t row = at.row + i;
        if (row >= step.rows || at.column >= columns) {
            return;
        }
#pragma unroll
        for (int j = 0; j < 4; j++) {
            sum[i][j] = sum[i][j] + biases[j];
        }
        if (args.pre != nullptr) {
            store_four(args.pre + row * columns, at.column, columns, vector, sum[i]);
        }
        if (args.p == nullptr && args.state == nullptr) {
            continue;
        }
#pragma unroll
        for (int j = 0; j < 4; j++) {
            sum[i][j] = activation_value(args.activation, sum[i][j]);
        }
        if (args.p != nullptr) {
            store_four(args.p + row * columns, at.column, columns, vector, sum[i]);
        }
        if (args.state != nullptr) {
            const Words words = state_words(args, step, row, at.column / 4);
#pragma unroll
            for (int j = 0; j < 4; j++) {
                sum[i][j] = draw_float(words.word[j], sum[i][j]);
            }
            store_four(args.state + row * columns, at.column, columns, vector, sum[i]);
        }
    }
}
