// linear_backward_update / 1_naive         W, b = optimizer(W, b, dYᵀx, ΣdY): dW never reaches memory
// shapes  dY[B,N] x[B,K] weights[B] W[N,K] b[N] state[N,K] state[N]   row-major fp32
// launch  grid (⌈K/16⌉,⌈N/16⌉), block 256
// cost    reads >= 4(BN+BK) + 12(NK+N) B, writes 12(NK+N) B with Adam (8 and 8 with SGD), 2BNK flop
// fuses   [weight_rows], [column_sum], linear_backward_weight, update: dW and db never reach memory
// needs   B,N,K >= 1; nothing that needs whole gradients, such as clipping; tails masked
#include "body.cuh"

KERNEL(linear_backward_update, LinearBackwardUpdateArgs, 0) {
    body(args, block, smem);
}
