// transposed_bias_act_sample / 1_naive     s = word < act(y W + b)·2³²
// shapes  x[B,N] W[N,K] b[K] s[B,K]   row-major fp32
// launch  grid (⌈K/16⌉,⌈B/16⌉), block 256
// cost    reads >= 4(BN+NK+K) B, writes 4BK B for each of input, probability and draw that is read, 2BNK flop; one Philox call per element
// fuses   linear_backward_data, bias, act, bernoulli_sample: probabilities reach memory only where somebody reads them
// needs   B,N,K >= 1; tails masked
#include "body.cuh"

KERNEL(transposed_bias_act_sample, LinearSampleArgs, 0) {
    body(args, block, smem);
}
