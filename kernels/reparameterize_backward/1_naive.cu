// reparameterize_backward / 1_naive        dμ = Σdz, dlogσ² = ½Σdz⊙ε⊙σ
// shapes  dz[B·k,L] eps[B·k,L] heads[B,2L] dHeads[B,2L]   row-major fp32, B examples of k samples
// launch  grid ⌈B·L/256⌉, block 256
// cost    reads 8BkL + 4BL B, writes 8BL B
// fuses   nothing; the body is that of latent_grad with KL left out
// needs   B >= 1; rows beyond the record's masked
#include "body.cuh"

KERNEL(reparameterize_backward, LatentGradArgs, 0) {
    body(args, block, smem);
}
