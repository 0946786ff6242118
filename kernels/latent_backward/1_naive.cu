// latent_backward / 1_naive                dz; dμ, dlogσ²; gradient of the last encoder layer
// shapes  dY[B·k,N] W[N,L] heads[B,2L] eps[B·k,L] weights[B·k] prior[3,L] klMeans[L] dHeads[B,2L] Wh[2L,K], without noise
//         heads[B,L] dHeads[B,L] Wh[L,K]; saved[B,K] dA[B,K] dX[B,K]   row-major fp32
// launch  grid ⌈B/8⌉, block 256, static smem 9344 B
// cost    reads 4(BN+3BL+BK) + ⌈B/8⌉·4(NL+2LK) B of which the weights from L2, writes 4B(2L+K) B, 2B(NL+2LK) flop
// fuses   linear_backward_data, [kl_backward], [log_ratio_backward], [weight_rows], [reparameterize_backward],
//         [l1_backward], [add], [activate_backward]: dz never reaches memory; dHeads does, its weights' gradient needs it,
//         and is read back by the block that wrote it, so L is not bounded by shared memory
// needs   B,N,L,K >= 1; tails masked
#include "body.cuh"

KERNEL(latent_backward, LatentBackwardArgs, sizeof(RowSlices)) {
    body(args, block, smem);
}
