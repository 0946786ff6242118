// squared_norm / 1_naive                   partial = Σg²
// shapes  gradient[C] fp32, norms one a block
// launch  grid ⌈C/4096⌉, block 256, smem 64 B
// cost    reads 4C B, writes 4⌈C/4096⌉ B, 2C flop
// fuses   nothing
// needs   C >= 1; tails masked
#include "body.cuh"

KERNEL(squared_norm, SquaredNormArgs) {
    SHARED(char, scratch, BLOCK_SUM_BYTES);
    body(args, int(blockIdx.x), scratch);
}
