// add_bias / 1_naive                       y = a + b
// shapes  a[B,N] b[N] y[B,N]   row-major fp32
// launch  grid ⌈B·N/256⌉, block 256
// cost    reads 4(BN+N) B, writes 4BN B, BN flop
// fuses   nothing
// needs   B >= 1; rows beyond the record's masked
#include "body.cuh"

KERNEL(add_bias, AddBiasArgs, 0) {
    body(args, block, smem);
}
