// scalar_update / 1_naive                  parameter = optimizer(parameter, Σ dY)
// shapes  dY[B,N] row-major fp32, or dY[tiles,B] partials with N = 1; weights[B] parameter[N] state[N] fp32
// launch  grid ⌈N/256⌉, block 256, static smem 64 B
// cost    reads 4BN (4B·tiles) B
// fuses   [weight_rows], column_sum, update: the gradient never reaches memory
// needs   B >= 1; rows beyond the record's masked
#include "body.cuh"

KERNEL(scalar_update, ScalarUpdateArgs, BLOCK_SUM_BYTES) {
    body(args, block, smem);
}
