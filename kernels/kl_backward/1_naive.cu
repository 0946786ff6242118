// kl_backward / 1_naive                    dμ = βμ/B, dlogσ² = β½(σ²−1)/B
// shapes  heads[B,2L] dHeads[B,2L]   row-major fp32
// launch  grid ⌈B·L/256⌉, block 256
// cost    reads 8BL B, writes 8BL B
// fuses   nothing
// needs   B >= 1; rows beyond the record's masked
#include "body.cuh"

KERNEL(kl_backward, KlBackwardArgs, 0) {
    body(args, block, smem);
}
