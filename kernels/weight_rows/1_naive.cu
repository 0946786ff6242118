// weight_rows / 1_naive                    out = weights^power dY
// shapes  dY[B,N] row-major fp32, or dY[tiles,B] partials with N = 1; weights[B] out[B,N]
// launch  grid ⌈B·N/256⌉, block 256
// cost    reads 4BN B, writes 4BN B
// fuses   nothing
// needs   B >= 1; rows beyond the record's masked
#include "body.cuh"

KERNEL(weight_rows, WeightRowsArgs, 0) {
    body(args, block, smem);
}
