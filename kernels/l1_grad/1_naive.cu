// l1_grad / 1_naive                        out = a + β sign(code) / B
// shapes  code[B,N] a[B,N] out[B,N]   row-major fp32
// launch  grid ⌈B·N/256⌉, block 256
// cost    reads 8BN B, writes 4BN B
// fuses   l1_backward, add: the penalty's gradient never reaches memory
// needs   B >= 1; rows beyond the record's masked
#include "body.cuh"

KERNEL(l1_grad, L1GradArgs, 0) {
    body(args, block, smem);
}
