// log_ratio / 1_naive                      ratio = log p(z) − log q(z|x)
// shapes  heads[B/k,2L] eps[B,L] prior[3,L] row-major fp32, ratio[⌈L/32⌉,B] partials; k samples
// launch  grid ⌈L/32⌉·⌈B/8⌉, block 256
// cost    reads 12BL B, writes 4B⌈L/32⌉ B
// fuses   nothing
// needs   B,L >= 1; tails masked
#include "body.cuh"

KERNEL(log_ratio, LogRatioArgs, 0) {
    body(args, block, smem);
}
