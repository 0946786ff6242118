// linear_bias_act / 4_tensor_core          y = act(x Wᵀ + b)
// shapes  x[B,K] W[N,K] b[N] a[B,N] y[B,N]   row-major fp32
// launch  grid (⌈N/64⌉,⌈B/64⌉), block 256, static smem 30720 B
// cost    reads >= 4(BK+NK+N) B, writes 4BN B (8BN where the backward pass needs the input), 6BNK flop in 3xTF32 on tensor cores
// fuses   linear, [add_bias], [activate]: the pre-activation reaches memory only where the backward pass reads it
// needs   B,N,K >= 1; tails masked; copies of 16 B where rows start on 16 bytes, else of 4 B; sm_80 or newer
// takes   by name only: unverified on hardware
#include "body.cuh"

#include "../common/mma.cuh"

using Stages = Pipeline<true, true>;

KERNEL(linear_bias_act, LinearBiasActArgs, sizeof(Stages)) {
    const int64_t rows = rows_of(args);
    const Place at = tiled_place(block, args.n);
    const WarpTile sum = tensor_product({args.x, rows, args.k, args.k}, {args.w, args.n, args.k, args.k}, at,
                                        *reinterpret_cast<Stages*>(smem));
    for_each_cell(at, sum, [&](int64_t row, int64_t column, float product) {
        if (row < rows && column < args.n) {
            linear_store(args, row, column, product);
        }
    });
}
