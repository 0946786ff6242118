// linear_bias_act / 1_naive                y = act(x Wᵀ + b)
// shapes  x[B,K] W[N,K] b[N] a[B,N] y[B,N]   row-major fp32
// launch  grid (⌈N/16⌉,⌈B/16⌉), block 256
// cost    reads >= 4(BK+NK+N) B, writes 4BN B (8BN where the backward pass needs the input), 2BNK flop
// fuses   linear, [add_bias], [activate]: the pre-activation reaches memory only where the backward pass reads it
// needs   B,N,K >= 1; tails masked
#include "body.cuh"

KERNEL(linear_bias_act, LinearBiasActArgs, 0) {
    body(args, block, smem);
}
