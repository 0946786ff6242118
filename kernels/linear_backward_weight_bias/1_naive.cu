// linear_backward_weight_bias / 1_naive    dW = dYᵀ x; db = Σ dY
// shapes  dY[B,N] x[B,K] weights[B] dW[N,K] db[N]   row-major fp32; partial[grid] of dW and of db
// launch  grid (⌈K/16⌉,⌈N/16⌉), block 256, static smem 64 B
// cost    reads >= 4(BN+BK) B, writes 4(NK+N) B, 2BNK flop
// fuses   [weight_rows], [column_sum], linear_backward_weight, [squared_norm]: dY and the gradients are not read again
// needs   B,N,K >= 1; tails masked
#include "body.cuh"

KERNEL(linear_backward_weight_bias, LinearBackwardWeightBiasArgs, BLOCK_SUM_BYTES) {
    body(args, block, smem);
}
