// reparam_ratio / 1_naive                  ε; z = μ + σ⊙ε; ratio = log p(z) − log q(z|x)
// shapes  heads[B/k,2L] eps[B,L] z[B,L] prior[3,L] row-major fp32, ratio[⌈L/32⌉,B] partials; k samples
// launch  grid ⌈L/32⌉·⌈B/8⌉, block 256
// cost    reads 8BL B, writes 8BL + 4B⌈L/32⌉ B; one Philox call per element
// fuses   noise, reparameterize, log_ratio: heads are read once, z is used where it is made
// needs   B,L >= 1; tails masked
#include "body.cuh"

KERNEL(reparam_ratio, ReparamArgs, 0) {
    body(args, block, smem);
}
