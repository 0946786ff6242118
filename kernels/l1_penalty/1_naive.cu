// l1_penalty / 1_naive                     l1 = Σ|code|
// shapes  code[B,N] row-major fp32, l1[⌈N/32⌉,B] partials
// launch  grid ⌈N/32⌉·⌈B/8⌉, block 256
// cost    reads 4BN B, writes 4B⌈N/32⌉ B
// fuses   nothing
// needs   B,N >= 1; tails masked
#include "body.cuh"

KERNEL(l1_penalty, L1PenaltyArgs, 0) {
    body(args, block, smem);
}
