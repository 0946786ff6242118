// reparam_kl / 1_naive                     ε; z = μ + σ⊙ε; kl = KL(q‖p)
// shapes  heads[B/k,2L] eps[B,L] z[B,L] prior[3,L] row-major fp32, kl[⌈L/32⌉,B/k] partials; k samples
// launch  grid ⌈L/32⌉·⌈B/8⌉, block 256
// cost    reads 8BL B, writes 4BL (8BL with eps) + 4B⌈L/32⌉ B; one Philox call per element
// fuses   noise, reparameterize, kl_divergence: heads are read once, σ is computed once
// needs   B,L >= 1; tails masked
#include "body.cuh"

KERNEL(reparam_kl, ReparamArgs, 0) {
    body(args, block, smem);
}
