// gather_linear_bias_act / 2_tiled         x = gather; y = act(x Wᵀ + b)
// shapes  data[examples,K] bytes or fp32, values[256] mean[K] x[B,K] out[B,K] W[N,K] b[N] a[B,N] y[B,N]   row-major
// launch  grid (⌈N/64⌉,⌈B/64⌉), block 256, static smem 8704 B
// cost    reads >= BK (bytes) or 4BK + 4(NK+N) B, writes 4BN B (8BN where the backward pass needs the input) and 4BK where
//         others read x, 2BNK flop; one Philox call per quad and row of blocks where drawn
// fuses   gather, [corrupt], linear, [add_bias], [activate]: a quad of x is gathered where a tiled product would load it
// needs   examples, B,N,K >= 1; tails masked; float4 where rows start on 16 bytes
// takes   B >= 32, N >= 32 — half a tile in each direction, estimated: unverified on hardware
#include "body.cuh"

KERNEL(gather_linear_bias_act, GatherLinearBiasActArgs, sizeof(GemmTile)) {
    tiled_body(args, block, smem);
}
