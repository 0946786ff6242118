// transposed_bias_act_sample / 2_tiled     state = word < act(dY W + b)·2³²
// shapes  dY[B,N] W[N,K] b[K] y[B,K] state[B,K]   row-major fp32
// launch  grid (⌈K/64⌉,⌈B/64⌉), block 256, static smem 8704 B
// cost    reads >= 4(BN+NK+K) B, writes 4BK B for each of input, probability and draw that is read, 2BNK flop; one Philox call per quad
// fuses   linear_backward_data, add_bias, [activate], [bernoulli_sample]: probabilities reach memory only where somebody
//         reads them
// needs   B,N,K >= 1; tails masked; float4 where rows start on 16 bytes
// takes   B >= 32, K >= 32 — half a tile in each direction, estimated: unverified on hardware
#include "body.cuh"

KERNEL(transposed_bias_act_sample, LinearSampleArgs, sizeof(GemmTile)) {
    tiled_body(args, block, smem);
}
