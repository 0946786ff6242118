// activate_backward / 1_naive              dA = dY ⊙ act′
// shapes  dY[B,N] saved[B,N] dA[B,N]   row-major fp32
// launch  grid ⌈B·N/256⌉, block 256
// cost    reads 8BN B, writes 4BN B
// fuses   nothing
// needs   B >= 1; rows beyond the record's masked
#include "body.cuh"

KERNEL(activate_backward, ActivateBackwardArgs, 0) {
    body(args, block, smem);
}
