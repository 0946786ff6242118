// likelihood_grad / 1_naive                ll = Σ log p(x|y); dY = −∂ll/∂y / (B·shares)
// shapes  x[B/k,D] y[B,D] dY[B,D], with a variance per feature y[B,2D] dY[B,2D], learned logVar[1] dLogVar[⌈D/32⌉,B]
//         partials or logVar[D] dLogVar[B,D], row-major fp32; ll[⌈D/32⌉,B] partials; k samples per example
// launch  grid ⌈D/32⌉·⌈B/8⌉, block 256
// cost    reads 8BD B (12BD with a variance per feature), writes 4BD (8BD) + 4B⌈D/32⌉ B
// fuses   log_likelihood, [likelihood_backward]: y is read once, probabilities never reach memory
// needs   B,D >= 1; tails masked
#include "body.cuh"

KERNEL(likelihood_grad, LikelihoodArgs, 0) {
    body(args, block, smem);
}
