// reparameterize_backward / 1_naive        dμ = dz, dlogσ² = ½dz⊙ε⊙σ
// shapes  dz[B,L] heads[B,2L] eps[B,L] dHeads[B,2L]   row-major fp32
// launch  grid ⌈B·L/256⌉, block 256
// cost    reads 12BL B, writes 8BL B
// fuses   nothing
// needs   B >= 1; rows beyond the record's masked
#include "body.cuh"

KERNEL(reparameterize_backward, ReparameterizeBackwardArgs, 0) {
    body(args, block, smem);
}
