// log_ratio_backward / 1_naive             dμ, dlogσ² through log p(z) − log q(z|x)
// shapes  heads[B,2L] eps[B·k,L] weights[B·k] prior[3,L] dHeads[B,2L]   row-major fp32, B examples of k samples
// launch  grid ⌈B·L/256⌉, block 256
// cost    reads 4BkL + 4Bk + 8BL B, writes 8BL B
// fuses   nothing; the body is that of weighted_latent_grad with dz left out
// needs   B >= 1; rows beyond the record's masked
#include "body.cuh"

KERNEL(log_ratio_backward, LatentGradArgs, 0) {
    body(args, block, smem);
}
