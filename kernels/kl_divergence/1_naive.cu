// kl_divergence / 1_naive                  kl = ½Σ(((μ−m)² + σ²)/v − 1 − log σ² + log v)
// shapes  heads[B,2L] prior[3,L] row-major fp32, kl[⌈L/32⌉,B] partials
// launch  grid ⌈L/32⌉·⌈B/8⌉, block 256
// cost    reads 8BL B, writes 4B⌈L/32⌉ B
// fuses   nothing
// needs   B,L >= 1; tails masked
#include "body.cuh"

KERNEL(kl_divergence, KlDivergenceArgs, 0) {
    body(args, block, smem);
}
