// output_likelihood / 2_tiled              y = h Wᵀ + b; ll; dY: y never reaches memory
// shapes  h[B,K] W[D,K] b[D] x[B/k,D] dY[B,D], with a variance per feature W[2D,K] b[2D] dY[B,2D], learned logVar[1]
//         dLogVar[⌈D/32⌉,B] partials or logVar[D] dLogVar[B,D], row-major fp32; ll[⌈D/32⌉,B] partials; k samples per example
// launch  grid (⌈D/64⌉,⌈B/64⌉), block 256, static smem 8704 B
// cost    reads >= 4(BK+DK+BD) B, writes 4BD + 4B⌈D/32⌉ B, 2BDK flop (all twice with a variance per feature)
// fuses   linear, [add_bias], log_likelihood, [likelihood_backward]: y never leaves the registers it is summed in
// needs   B,D,K >= 1; tails masked; float4 where rows start on 16 bytes
// takes   B >= 32, D >= 32 — half a tile in each direction, estimated: unverified on hardware
#include "body.cuh"

KERNEL(output_likelihood, OutputLikelihoodArgs, sizeof(GemmTile)) {
    tiled_body(args, block, smem);
}
