// likelihood_backward / 1_naive            dY = −∂ll/∂y / (B·shares)
// shapes  x[B/k,D] y[B,D] dY[B,D], with a variance per feature y[B,2D] dY[B,2D], learned logVar[1] dLogVar[⌈D/32⌉,B]
//         partials or logVar[D] dLogVar[B,D], row-major fp32; k samples per example
// launch  grid ⌈D/32⌉·⌈B/8⌉, block 256
// cost    reads 8BD B (12BD with a variance per feature), writes 4BD (8BD) B
// fuses   nothing; the body is that of likelihood_grad with ll left out
// needs   B,D >= 1; ll null; tails masked
#include "body.cuh"

KERNEL(likelihood_backward, LikelihoodArgs, 0) {
    body(args, block, smem);
}
