// log_likelihood / 1_naive                 ll = Σ log p(x|y)
// shapes  x[B,D] y[B,D] dY[B,D], per-feature variance y,dY[B,2D], row-major fp32; ll, dLogVar[⌈D/32⌉,B] partials
// launch  grid ⌈D/32⌉·⌈B/8⌉, block 256
// cost    reads 8BD B (12BD with a variance per feature), writes 4B⌈D/32⌉ B
// fuses   nothing; the body is that of likelihood_grad with dY left out
// needs   B,D >= 1; dY and dLogVar null; tails masked
#include "body.cuh"

KERNEL(log_likelihood, LikelihoodArgs, 0) {
    body(args, block, smem);
}
