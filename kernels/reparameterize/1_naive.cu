// reparameterize / 1_naive                 z = μ + σ⊙ε
// shapes  heads[B/k,2L] eps[B,L] z[B,L]   row-major fp32; k samples per example
// launch  grid ⌈B·L/256⌉, block 256
// cost    reads 12BL B, writes 4BL B
// fuses   nothing
// needs   B >= 1; rows beyond the record's masked
#include "body.cuh"

KERNEL(reparameterize, ReparameterizeArgs, 0) {
    body(args, block, smem);
}
