// column_sum / 1_naive                     out = Σ_b dY
// shapes  dY[B,N] row-major fp32, or dY[tiles,B] partials with N = 1; weights[B] out[N] partial[grid]
// launch  grid ⌈N/256⌉, block 256, static smem 64 B
// cost    reads 4BN B, writes 4N B, BN flop
// fuses   [weight_rows], column_sum, [squared_norm]: rows are weighted as they are read, norms of the sums are taken where
//         they are made
// needs   B >= 1; rows beyond the record's masked
#include "body.cuh"

KERNEL(column_sum, ColumnSumArgs, BLOCK_SUM_BYTES) {
    body(args, block, smem);
}
