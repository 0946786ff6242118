// linear_bias_act / 2_tiled                y = act(x Wᵀ + b)
// shapes  x[B,K] W[N,K] b[N] a[B,N] y[B,N]   row-major fp32
// launch  grid (⌈N/64⌉,⌈B/64⌉), block 256, static smem 8704 B
// cost    reads >= 4(BK+NK+N) B, writes 4BN B (8BN where the backward pass needs the input), 2BNK flop
// fuses   linear, [add_bias], [activate]: the pre-activation reaches memory only where the backward pass reads it
// needs   B,N,K >= 1; tails masked; float4 where rows start on 16 bytes
// takes   B >= 32, N >= 32 — half a tile in each direction, estimated: unverified on hardware
#include "body.cuh"

KERNEL(linear_bias_act, LinearBiasActArgs, sizeof(GemmTile)) {
    tiled_body(args, block, smem);
}
