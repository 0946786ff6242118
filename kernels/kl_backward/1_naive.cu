// kl_backward / 1_naive                    dμ = β(μ−m)/v/B, dlogσ² = β½(σ²/v − 1)/B
// shapes  heads[B,2L] prior[3,L] klMeans[L] dHeads[B,2L]   row-major fp32
// launch  grid ⌈B·L/256⌉, block 256
// cost    reads 8BL B, writes 8BL B
// fuses   nothing; the body is that of latent_grad with dz left out
// needs   B >= 1; rows beyond the record's masked
#include "body.cuh"

KERNEL(kl_backward, LatentGradArgs, 0) {
    body(args, block, smem);
}
