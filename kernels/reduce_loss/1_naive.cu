// reduce_loss / 1_naive                    metrics = (Σll, Σkl)
// shapes  ll[tiles,B·k] kl[parts,B] partials, metrics[2]; B examples of k samples
// launch  grid 1, block 256, static smem 64 B
// cost    reads 4B·tiles B of each, writes 8 B (24 B with the losses in double)
// fuses   nothing
// needs   B >= 1; rows beyond the record's masked
#include "body.cuh"

KERNEL(reduce_loss, ReduceLossArgs, BLOCK_SUM_BYTES) {
    body(args, block, smem);
}
