// latent_grad / 1_naive                    dμ, dlogσ² from dz and β·KL
// shapes  dz[B·k,L] eps[B·k,L] heads[B,2L] prior[3,L] klMeans[L] dHeads[B,2L]   row-major fp32, B examples of k samples
// launch  grid ⌈B·L/256⌉, block 256
// cost    reads 8BkL + 8BL B, writes 8BL B
// fuses   kl_backward, reparameterize_backward, add: neither summand reaches memory
// needs   B >= 1; rows beyond the record's masked
#include "body.cuh"

KERNEL(latent_grad, LatentGradArgs, 0) {
    body(args, block, smem);
}
