// linear_backward_data_act / 4_tensor_core   dA = (dY W) ⊙ act′
// shapes  dY[B,N] W[N,K] saved[B,K] dA[B,K], without an activation dX[B,K]   row-major fp32
// launch  grid (⌈K/64⌉,⌈B/64⌉), block 256, static smem 29184 B
// cost    reads >= 4(BN+NK+BK) B, writes 4BK B, 6BNK flop in 3xTF32 on tensor cores
// fuses   linear_backward_data, [activate_backward]: dX never reaches memory
// needs   B,N,K >= 1; tails masked; copies of 16 B where rows start on 16 bytes, else of 4 B; sm_80 or newer
// takes   by name only: unverified on hardware
#include "body.cuh"

#include "../common/mma.cuh"

using Stages = Pipeline<true, false>;

KERNEL(linear_backward_data_act, LinearBackwardDataActArgs, sizeof(Stages)) {
    const int64_t rows = rows_of(args);
    const Place at = tiled_place(block, args.k);
    const WarpTile sum = tensor_product({args.dy, rows, args.n, args.n}, {args.w, args.k, args.n, args.k}, at,
                                        *reinterpret_cast<Stages*>(smem));
    for_each_cell(at, sum, [&](int64_t row, int64_t column, float product) {
        if (row < rows && column < args.k) {
            args.da[row * args.k + column] = data_gradient(args, row, column, product);
        }
    });
}
