// scalar_update / 1_naive                  s = optimizer(s, Σ ds)
// shapes  ds[B,N] row-major fp32, or [tiles,B] partials with N = 1; s[N] and its state fp32
// launch  grid ⌈N/256⌉, block 256, static smem 64 B
// cost    reads 4BN (4B·tiles) B
// fuses   column_sum, update: the gradient never reaches memory
// needs   B >= 1; rows beyond the record's masked
#include "body.cuh"

KERNEL(scalar_update, ScalarUpdateArgs, BLOCK_SUM_BYTES) {
    body(args, block, smem);
}
