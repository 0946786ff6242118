// contrast / 1_naive                       rows = data, model; or −data/B, model/B
// shapes  data[B/2,N] model[B/2,N] rows[B,N]   row-major fp32
// launch  grid ⌈B·N/256⌉, block 256
// cost    reads 4BN B, writes 4BN B
// fuses   nothing
// needs   B >= 2, even; rows beyond the record's masked
#include "body.cuh"

KERNEL(contrast, ContrastArgs, 0) {
    body(args, block, smem);
}
