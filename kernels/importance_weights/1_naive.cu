// importance_weights / 1_naive             weights = softmax(ll + ratio); bound = log 1/k Σ exp(ll + ratio)
// shapes  ll[tiles,B·k] ratio[parts,B·k] partials, weights[B·k] bound[B] squares[B]; B examples of k samples
// launch  grid ⌈B/8⌉, block 256
// cost    reads 4Bk(tiles) of each three times, the last two from cache, writes 4Bk + 8B B
// fuses   nothing
// needs   B >= 1; rows beyond the record's masked
#include "body.cuh"

KERNEL(importance_weights, ImportanceWeightsArgs, 0) {
    body(args, block, smem);
}
