// transposed_bias_act_sample / 1_naive     state = word < act(dY W + b)·2³²
// shapes  dY[B,N] W[N,K] b[K] y[B,K] state[B,K]   row-major fp32
// launch  grid (⌈K/16⌉,⌈B/16⌉), block 256
// cost    reads >= 4(BN+NK+K) B, writes 4BK B for each of input, probability and draw that is read, 2BNK flop; one Philox call per element
// fuses   linear_backward_data, add_bias, [activate], [bernoulli_sample]: probabilities reach memory only where somebody
//         reads them
// needs   B,N,K >= 1; tails masked
#include "body.cuh"

KERNEL(transposed_bias_act_sample, LinearSampleArgs, 0) {
    body(args, block, smem);
}
