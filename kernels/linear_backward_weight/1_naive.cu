// linear_backward_weight / 1_naive         dW = dYᵀ x
// shapes  dY[B,N] x[B,K] dW[N,K]   row-major fp32
// launch  grid (⌈K/16⌉,⌈N/16⌉), block 256
// cost    reads >= 4(BN+BK) B, writes 4NK B, 2BNK flop
// fuses   nothing
// needs   B,N,K >= 1; tails masked
#include "body.cuh"

KERNEL(linear_backward_weight, LinearBackwardWeightArgs, 0) {
    body(args, block, smem);
}
