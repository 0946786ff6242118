// linear_backward_data_act / 2_tiled       dA = (dY W) ⊙ act′
// shapes  dY[B,N] W[N,K] saved[B,K] dA[B,K], without an activation dX[B,K]   row-major fp32
// launch  grid (⌈K/64⌉,⌈B/64⌉), block 256, static smem 8704 B
// cost    reads >= 4(BN+NK+BK) B, writes 4BK B, 2BNK flop
// fuses   linear_backward_data, [activate_backward]: dX never reaches memory
// needs   B,N,K >= 1; tails masked; float4 where rows start on 16 bytes
// takes   B >= 32, K >= 32 — half a tile in each direction, estimated: unverified on hardware
#include "body.cuh"

KERNEL(linear_backward_data_act, LinearBackwardDataActArgs, sizeof(GemmTile)) {
    tiled_body(args, block, smem);
}
