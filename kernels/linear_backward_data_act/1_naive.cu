// linear_backward_data_act / 1_naive       dA = (dY W) ⊙ act′
// shapes  dY[B,N] W[N,K] saved[B,K] dA[B,K], without an activation dX[B,K]   row-major fp32
// launch  grid (⌈K/16⌉,⌈B/16⌉), block 256
// cost    reads >= 4(BN+NK+BK) B, writes 4BK B, 2BNK flop
// fuses   linear_backward_data, [activate_backward]: dX never reaches memory
// needs   B,N,K >= 1; tails masked
#include "body.cuh"

KERNEL(linear_backward_data_act, LinearBackwardDataActArgs, 0) {
    body(args, block, smem);
}
