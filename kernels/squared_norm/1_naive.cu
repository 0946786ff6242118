// squared_norm / 1_naive                   partial = Σ gradient²
// shapes  gradient[count] partial[grid] fp32
// launch  grid ⌈count/4096⌉, block 256, static smem 64 B
// cost    reads 4·count B, writes 4⌈count/4096⌉ B, 2·count flop
// fuses   nothing
// needs   count >= 1; tails masked
#include "body.cuh"

KERNEL(squared_norm, SquaredNormArgs, BLOCK_SUM_BYTES) {
    body(args, block, smem);
}
