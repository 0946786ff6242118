// kl_backward / 1_naive                    dμ = βμ/B, dlogσ² = β½(σ²−1)/B
// shapes  heads[B,2L] dHeads[B,2L]   row-major fp32
// launch  grid ⌈BL/256⌉, block 256, smem 0 B
// cost    reads 8BL B, writes 8BL B
// fuses   nothing
// needs   B >= 1; rows beyond the record's masked
#include "body.cuh"

KERNEL(kl_backward, KlBackwardArgs) {
    body(args, int(blockIdx.x), nullptr);
}
