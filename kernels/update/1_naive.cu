// update / 1_naive                         parameter = optimizer(parameter, gradient)
// shapes  parameter[C] gradient[C] state[C] norms[grid] fp32, one entry; blocks = ⌈C/1024⌉
// launch  grid blocks, block 256, static smem 64 B
// cost    Adam reads 16C B, writes 12C B; SGD reads 12C B, writes 8C B; clipping: every block reads all norms
// fuses   nothing; the body is that of multi_tensor_update with one entry; blocks = ⌈C/1024⌉
// needs   C >= 1; tails masked
#include "body.cuh"

KERNEL(update, UpdateArgs, BLOCK_SUM_BYTES) {
    body(args, block, smem);
}
