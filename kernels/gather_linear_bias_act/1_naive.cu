// gather_linear_bias_act / 1_naive         x = gather; y = act(x Wᵀ + b)
// shapes  data[examples,K] bytes or fp32, values[256] mean[K] x[B,K] out[B,K] W[N,K] b[N] a[B,N] y[B,N]   row-major
// launch  grid (⌈N/16⌉,⌈B/16⌉), block 256, static smem 4352 B
// cost    reads >= BK (bytes) or 4BK + 4(NK+N) B, writes 4BN B (8BN where the backward pass needs the input) and 4BK where
//         others read x, 2BNK flop; one Philox call per quad and row of blocks where drawn
// fuses   gather, [corrupt], linear, [add_bias], [activate]: x is read from the data as it is needed, once a block
// needs   examples, B,N,K >= 1; tails masked
#include "body.cuh"

KERNEL(gather_linear_bias_act, GatherLinearBiasActArgs, sizeof(GatherSlice)) {
    body(args, block, smem);
}
