// linear_backward_weight_bias / 2_tiled    dW = dYᵀ X; db = Σ dY
// shapes  dY[B,N] X[B,K] dW[N,K] db[N]   row-major fp32; norms of dW one a block, of db ⌈N/64⌉
// launch  grid (⌈K/64⌉,⌈N/64⌉), block 256, static smem 8768 B
// cost    reads >= 4(BN+BK) B, writes 4(NK+N) B, 2BNK flop
// fuses   linear_backward_weight, column_sum, squared_norm: dY and the gradients are not read again
// needs   B,N,K >= 1; tails masked; float4 where rows start on 16 bytes
// takes   N >= 32, K >= 32 — half a tile each way, by reckoning: unverified on hardware
#include "body.cuh"

KERNEL(linear_backward_weight_bias, LinearBackwardWeightBiasArgs, sizeof(GemmTile) + BLOCK_SUM_BYTES) {
    tiled_body(args, block, smem);
}
