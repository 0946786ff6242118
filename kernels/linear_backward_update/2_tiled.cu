// linear_backward_update / 2_tiled         W, b = optimizer(W, b, dYᵀx, ΣdY): dW never reaches memory
// shapes  dY[B,N] x[B,K] weights[B] W[N,K] b[N] state[N,K] state[N]   row-major fp32
// launch  grid (⌈K/64⌉,⌈N/64⌉), block 256, static smem 8704 B
// cost    reads >= 4(BN+BK) + 12(NK+N) B, writes 12(NK+N) B with Adam (8 and 8 with SGD), 2BNK flop
// fuses   [weight_rows], [column_sum], linear_backward_weight, update: dW never leaves the registers it is summed in
// needs   B,N,K >= 1; nothing that needs whole gradients, such as clipping; tails masked; float4 where rows start on 16 bytes
// takes   N >= 16, K >= 16 — a quarter of a tile in each direction, so that most phases need one variant; estimated, unverified on hardware
#include "body.cuh"

KERNEL(linear_backward_update, LinearBackwardUpdateArgs, sizeof(GemmTile)) {
    tiled_body(args, block, smem);
}
