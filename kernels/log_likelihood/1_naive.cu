// log_likelihood / 1_naive                 ll = Σ log p(x|y)
// shapes  x[B/k,D] y[B,D], with a variance per feature y[B,2D], learned logVar[1] or logVar[D], row-major fp32;
//         ll[⌈D/32⌉,B] partials; k samples per example
// launch  grid ⌈D/32⌉·⌈B/8⌉, block 256
// cost    reads 8BD B (12BD with a variance per feature), writes 4B⌈D/32⌉ B
// fuses   nothing; the body is that of likelihood_grad with dY left out
// needs   B,D >= 1; dY and dLogVar null; tails masked
#include "body.cuh"

KERNEL(log_likelihood, LikelihoodArgs, 0) {
    body(args, block, smem);
}
