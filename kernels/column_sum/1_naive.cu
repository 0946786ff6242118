// column_sum / 1_naive                     out = Σ_b dY
// shapes  dY[B,N] row-major fp32, or [tiles,B] partials with N = 1; out[N], norms one a block
// launch  grid ⌈N/256⌉, block 256, static smem 64 B
// cost    reads 4BN B, writes 4N B, BN flop
// fuses   column_sum, squared_norm where norms are wanted
// needs   B >= 1; rows beyond the record's masked
#include "body.cuh"

KERNEL(column_sum, ColumnSumArgs, BLOCK_SUM_BYTES) {
    body(args, block, smem);
}
