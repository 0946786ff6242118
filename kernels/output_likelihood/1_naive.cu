// output_likelihood / 1_naive              y = h Wᵀ + b; ll; dY: y never reaches memory
// shapes  h[B,K] W[D,K] b[D] x[B/k,D] dY[B,D], with a variance per feature W[2D,K] b[2D] dY[B,2D], learned logVar[1]
//         dLogVar[⌈D/32⌉,B] partials or logVar[D] dLogVar[B,D], row-major fp32; ll[⌈D/32⌉,B] partials; k samples per example
// launch  grid ⌈D/64⌉·⌈B/8⌉, block 256, static smem 9344 B
// cost    reads >= 4(BK+DK+BD) B, and all weights once a row block, writes 4BD + 4B⌈D/32⌉ B, 2BDK flop
// fuses   linear, [add_bias], log_likelihood, [likelihood_backward]: y never reaches memory
// needs   B,D,K >= 1; tails masked
#include "body.cuh"

KERNEL(output_likelihood, OutputLikelihoodArgs, sizeof(RowSlices)) {
    body(args, block, smem);
}
