// scalar_update / 1_naive                  s = optimizer(s, Σ ds)
// shapes  ds[tiles,B] partials, s[1] and its state fp32
// launch  grid 1, block 256, static smem 64 B
// cost    reads 4B·tiles B
// fuses   column_sum, update: the gradient never reaches memory
// needs   B >= 1; rows beyond the record's masked
#include "body.cuh"

KERNEL(scalar_update, ScalarUpdateArgs, BLOCK_SUM_BYTES) {
    body(args, block, smem);
}
