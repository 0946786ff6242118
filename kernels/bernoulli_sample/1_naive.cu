// bernoulli_sample / 1_naive               state = word < p·2³²
// shapes  p[B,N] state[B,N]   row-major fp32
// launch  grid ⌈N/128⌉·⌈B/8⌉, block 256
// cost    reads 4BN B, writes 4BN B; one Philox call per quad
// fuses   nothing
// needs   B,N >= 1; tails masked
#include "body.cuh"

KERNEL(bernoulli_sample, BernoulliSampleArgs, 0) {
    body(args, block, smem);
}
