// corrupt / 1_naive                        out = damaged x
// shapes  x[B,D] out[B,D]   row-major fp32
// launch  grid ⌈D/128⌉·⌈B/8⌉, block 256
// cost    reads 4BD B, writes 4BD B; one Philox call per quad
// fuses   nothing
// needs   B,D >= 1; tails masked
#include "body.cuh"

KERNEL(corrupt, CorruptArgs, 0) {
    body(args, block, smem);
}
