// kl_columns / 1_naive                     means = Σ_b KL_j / B
// shapes  heads[B,2L] prior[3,L] means[L]   row-major fp32
// launch  grid ⌈L/256⌉, block 256
// cost    reads 8BL B, writes 4L B
// fuses   nothing
// needs   B,L >= 1; rows beyond the record's masked
#include "body.cuh"

KERNEL(kl_columns, KlColumnsArgs, 0) {
    body(args, block, smem);
}
