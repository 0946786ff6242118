// linear_backward_weight_bias / 2_tiled    dW = dYᵀ x; db = Σ dY
// shapes  dY[B,N] x[B,K] weights[B] dW[N,K] db[N]   row-major fp32; partial[grid] of dW and of db
// launch  grid (⌈K/64⌉,⌈N/64⌉), block 256, static smem 8768 B
// cost    reads >= 4(BN+BK) B, writes 4(NK+N) B, 2BNK flop
// fuses   [weight_rows], [column_sum], linear_backward_weight, [squared_norm]: dY and the gradients are not read again
// needs   B,N,K >= 1; tails masked; float4 where rows start on 16 bytes
// takes   N >= 32, K >= 32 — half a tile in each direction, estimated: unverified on hardware
#include "body.cuh"

KERNEL(linear_backward_weight_bias, LinearBackwardWeightBiasArgs, sizeof(GemmTile) + BLOCK_SUM_BYTES) {
    tiled_body(args, block, smem);
}
