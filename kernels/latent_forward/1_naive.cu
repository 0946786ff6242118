// latent_forward / 1_naive                 μ, logσ² = heads; z = μ + σ⊙ε; kl; first decoder layer
// shapes  data[examples,K] bytes or fp32, values[256] mean[K] x[B,K] out[B,K] Wh[2L,K] bh[2L] heads[B,2L] prior[3,L] eps[B·k,L] z[B·k,L],
//         without noise Wh[L,K] bh[L] heads[B,L] l1[⌈L/32⌉,B] partials, W[N,L] b[N] a[B·k,N] y[B·k,N] row-major fp32, kl[⌈L/32⌉,B] and
//         ratio[⌈L/32⌉,B·k] partials; B examples of k samples
// launch  grid ⌈B/8⌉, block 256, static smem 42112 B
// cost    reads 4(BK+2BL) + ⌈B/8⌉·4(2LK+NL) B of which the weights from L2, writes what others read of 4B(2L+L+L+N) B,
//         2B(2LK+NL) flop; one Philox call per latent element
// fuses   [gather], [corrupt], linear, [add_bias], [noise], [reparameterize], [kl_divergence], [l1_penalty], [log_ratio],
//         [activate]: z stays with the block that needs it next; heads are read back by the block that wrote them
// needs   B,L,N,K >= 1; L <= 1024 where the decoder layer takes part; tails masked
#include "body.cuh"

KERNEL(latent_forward, LatentForwardArgs, sizeof(LatentForwardMemory)) {
    body(args, block, smem);
}
