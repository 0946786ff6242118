// gather / 1_naive                         x = binarize(normalise(data[index]))
// shapes  data[examples,F] bytes or fp32, values[256] mean[F] x[B,F]   row-major
// launch  grid ⌈F/128⌉·⌈B/8⌉, block 256, smem 0 B
// cost    reads BF (bytes) or 4BF B, writes 4BF B; one Philox call a quad where drawn, one permutation a row of 128
// fuses   permutation, normalisation, binarization: neither order nor grey batch reaches memory
// needs   examples, F, B >= 1; tails masked
#include "body.cuh"

KERNEL(gather, GatherArgs) {
    body(args, int(blockIdx.x), nullptr);
}
