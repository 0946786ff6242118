// l1_backward / 1_naive                    dCode = β sign(code) / B
// shapes  code[B,N] dCode[B,N]   row-major fp32
// launch  grid ⌈B·N/256⌉, block 256
// cost    reads 4BN B, writes 4BN B
// fuses   nothing; the body is that of l1_grad with what it adds to left out
// needs   B >= 1; rows beyond the record's masked
#include "body.cuh"

KERNEL(l1_backward, L1GradArgs, 0) {
    body(args, block, smem);
}
