// weighted_latent_grad / 1_naive           dμ, dlogσ² from weights·dz and the ratio
// shapes  dY[B·k,L] eps[B·k,L] weights[B·k] heads[B,2L] prior[3,L] dHeads[B,2L]   row-major fp32, B examples of k samples
// launch  grid ⌈B·L/256⌉, block 256
// cost    reads 12BkL + 8Bk + 8BL B, writes 8BL B
// fuses   log_ratio_backward, weight_rows, reparameterize_backward, add: neither weighted dz nor a summand reaches memory
// needs   B >= 1; rows beyond the record's masked
#include "body.cuh"

KERNEL(weighted_latent_grad, LatentGradArgs, 0) {
    body(args, block, smem);
}
