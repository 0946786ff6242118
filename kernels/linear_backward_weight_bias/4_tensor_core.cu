// linear_backward_weight_bias / 4_tensor_core   dW = dYᵀ x; db = Σ dY
// shapes  dY[B,N] x[B,K] weights[B] dW[N,K] db[N]   row-major fp32; partial[grid] of dW and of db
// launch  grid (⌈K/64⌉,⌈N/64⌉), block 256, static smem 27712 B
// cost    reads >= 4(BN+BK) B, writes 4(NK+N) B, 6BNK flop in 3xTF32 on tensor cores
// fuses   [weight_rows], [column_sum], linear_backward_weight, [squared_norm]: dY and the gradients are not read again
// needs   B,N,K >= 1; tails masked; copies of 16 B where rows start on 16 bytes, else of 4 B; sm_80 or newer
// takes   by name only: unverified on hardware
#include "body.cuh"

#include "../common/mma.cuh"

using Stages = Pipeline<false, false>;

KERNEL(linear_backward_weight_bias, LinearBackwardWeightBiasArgs, sizeof(Stages) + BLOCK_SUM_BYTES) {
    const int64_t rows = rows_of(args);
    const Place at = tiled_place(block, args.k);
    const WarpTile sum = tensor_product({args.dy, args.n, rows, args.n, args.weights}, {args.x, args.k, rows, args.k}, at,
                                        *reinterpret_cast<Stages*>(smem));
    double squares = 0;
    for_each_cell(at, sum, [&](int64_t row, int64_t column, float gradient) {
        if (row < args.n && column < args.k) {
            args.dw[row * args.k + column] = gradient;
        }
        squares += double(gradient) * gradient;  // zero beyond the last row and column
    });
    double* scratch = reinterpret_cast<double*>(smem + sizeof(Stages));
    weight_norm(args, block, squares, scratch);
    if (args.db != nullptr && at.column_block == 0) {
        bias_gradient(args, at, TM, scratch);
    }
}
