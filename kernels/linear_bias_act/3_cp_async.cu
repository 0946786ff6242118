// linear_bias_act / 3_cp_async             y = act(x Wᵀ + b)
// shapes  x[B,K] W[N,K] b[N] a[B,N] y[B,N]   row-major fp32
// launch  grid (⌈N/64⌉,⌈B/64⌉), block 256, static smem 30720 B
// cost    reads >= 4(BK+NK+N) B, writes 4BN B (8BN where the backward pass needs the input), 2BNK flop
// fuses   linear, [add_bias], [activate]: the pre-activation reaches memory only where the backward pass reads it
// needs   B,N,K >= 1; tails masked; copies of 16 B where rows start on 16 bytes, else of 4 B
// takes   B >= 32, N >= 32 — half a tile in each direction, estimated: unverified on hardware
#include "body.cuh"

#include "../common/pipeline.cuh"

using Stages = Pipeline<true, true>;

KERNEL(linear_bias_act, LinearBiasActArgs, sizeof(Stages)) {
    const int64_t rows = rows_of(args);
    const Place at = pipelined_place(block, args.n);
    float sum[4][4] = {};
    pipelined_product({args.x, rows, args.k, args.k}, {args.w, args.n, args.k, args.k}, at, *reinterpret_cast<Stages*>(smem), sum);
#pragma unroll
    for (int i = 0; i < 4; i++) {
#pragma unroll
        for (int j = 0; j < 4; j++) {
            const int64_t column = at.column + COLUMN_STEP * j;
            if (at.row + i < rows && column < args.n) {
                linear_store(args, at.row + i, column, sum[i][j]);
            }
        }
    }
}
