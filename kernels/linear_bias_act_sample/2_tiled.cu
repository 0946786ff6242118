// linear_bias_act_sample / 2_tiled         state = word < act(x Wᵀ + b)·2³²
// shapes  x[B,K] W[N,K] b[N] y[B,N] state[B,N]   row-major fp32
// launch  grid (⌈N/64⌉,⌈B/64⌉), block 256, static smem 8704 B
// cost    reads >= 4(BK+NK+N) B, writes 4BN B for each of input, probability and draw that is read, 2BNK flop; one Philox call per quad
// fuses   linear, add_bias, activate, bernoulli_sample: probabilities reach memory only where somebody reads them
// needs   B,N,K >= 1; tails masked; float4 where rows start on 16 bytes
// takes   B >= 32, N >= 32 — half a tile in each direction, estimated: unverified on hardware
#include "body.cuh"

KERNEL(linear_bias_act_sample, LinearSampleArgs, sizeof(GemmTile)) {
    tiled_body(args, block, smem);
}
