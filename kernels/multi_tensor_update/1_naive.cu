// multi_tensor_update / 1_naive            all parameters = optimizer(parameters, gradients)
// shapes  parameter[C] gradient[C] state[C] norms[grid] fp32 of every entry; blocks = Σ⌈C/1024⌉
// launch  grid blocks, block 256, static smem 64 B
// cost    Adam reads 16C B, writes 12C B; SGD reads 12C B, writes 8C B; clipping: every block reads all norms
// fuses   update
// needs   entries with first_block ascending; tails masked
#include "body.cuh"

KERNEL(multi_tensor_update, UpdateArgs, BLOCK_SUM_BYTES) {
    body(args, block, smem);
}
