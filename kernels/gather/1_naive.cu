// gather / 1_naive                         x = binarize(normalise(data[index]))
// shapes  data[examples,D] bytes or fp32, values[256] mean[D] x[B,D]   row-major
// launch  grid ⌈D/128⌉·⌈B/8⌉, block 256
// cost    reads BD (bytes) or 4BD B, writes 4BD B; one Philox call per quad where drawn, one permutation per row of 128
// fuses   nothing; order, normalisation and binarization are parts of the op, no grey batch reaches memory
// needs   examples, D, B >= 1; tails masked
#include "body.cuh"

KERNEL(gather, GatherArgs, 0) {
    body(args, block, smem);
}
