// linear_bias_act_sample / 1_naive         state = word < act(x Wᵀ + b)·2³²
// shapes  x[B,K] W[N,K] b[N] y[B,N] state[B,N]   row-major fp32
// launch  grid (⌈N/16⌉,⌈B/16⌉), block 256
// cost    reads >= 4(BK+NK+N) B, writes 4BN B for each of input, probability and draw that is read, 2BNK flop; one Philox call per element
// fuses   linear, add_bias, activate, bernoulli_sample: probabilities reach memory only where somebody reads them
// needs   B,N,K >= 1; tails masked
#include "body.cuh"

KERNEL(linear_bias_act_sample, LinearSampleArgs, 0) {
    body(args, block, smem);
}
