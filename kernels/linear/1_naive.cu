// linear / 1_naive                         y = x Wᵀ
// shapes  x[B,K] W[N,K] y[B,N]   row-major fp32
// launch  grid (⌈N/16⌉,⌈B/16⌉), block 256
// cost    reads >= 4(BK+NK) B, writes 4BN B, 2BNK flop
// fuses   nothing
// needs   B,N,K >= 1; tails masked
#include "body.cuh"

KERNEL(linear, LinearArgs, 0) {
    body(args, block, smem);
}
