// linear_backward_data / 1_naive           dX = dY W
// shapes  dY[B,N] W[N,K] dX[B,K]   row-major fp32
// launch  grid (⌈K/16⌉,⌈B/16⌉), block 256
// cost    reads >= 4(BN+NK) B, writes 4BK B, 2BNK flop
// fuses   nothing
// needs   B,N,K >= 1; tails masked
#include "body.cuh"

KERNEL(linear_backward_data, LinearBackwardDataArgs, 0) {
    body(args, block, smem);
}
