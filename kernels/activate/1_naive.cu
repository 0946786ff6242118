// activate / 1_naive                       y = act(a)
// shapes  a[B,N] y[B,N]   row-major fp32
// launch  grid ⌈B·N/256⌉, block 256
// cost    reads 4BN B, writes 4BN B
// fuses   nothing
// needs   B >= 1; rows beyond the record's masked
#include "body.cuh"

KERNEL(activate, ActivateArgs, 0) {
    body(args, block, smem);
}
