// The limits (roofs) of a device: a loop of multiply-adds in registers for its arithmetic, and the triad a = b + s c (McCalpin 1995)
// for its memory. bench/gpu/micro.cu measures the same two through the CUDA runtime; these are launched by the engine.
#pragma once

#include "step.cuh"

struct RoofArgs {
    float* a;
    const float* b;
    const float* c;
    uint32_t count;  // floats of each array, a multiple of BLOCK for the triad
    uint32_t steps;
};
FIELD_AT(RoofArgs, c, 16);
FIELD_AT(RoofArgs, steps, 28);

constexpr int ROOF_CHAINS = 8;  // independent sums per thread: enough to hide the latency of a multiply-add

// 2 * ROOF_CHAINS * steps flops per thread; the sums approach 1 and stay positive.
DEVICE void roof_fma(const RoofArgs& args, int) {
    float sum[ROOF_CHAINS];
    for (int c = 0; c < ROOF_CHAINS; c++) {
        sum[c] = float(threadIdx.x + c);
    }
#pragma unroll 16
    for (uint32_t i = 0; i < args.steps; i++) {
#pragma unroll
        for (int c = 0; c < ROOF_CHAINS; c++) {
            sum[c] = fma_rn(sum[c], 0.999f, 0.001f);
        }
    }
    float total = 0;
    for (int c = 0; c < ROOF_CHAINS; c++) {
        total += sum[c];
    }
    if (total < 0) {  // never true; but the compiler does not know it and therefore keeps the loop
        args.a[0] = total;
    }
}

// 12 bytes per element and pass. In every pass a block takes the elements of another block, so that they are not in its L1 cache.
DEVICE void roof_triad(const RoofArgs& args, int block) {
    const int64_t blocks = args.count / BLOCK;
    for (uint32_t pass = 0; pass < args.steps; pass++) {
        const int64_t at = (block + int64_t(pass) * 37) % blocks * BLOCK + threadIdx.x;  // [0, count)
        args.a[at] = fma_rn(args.c[at], 1.0001f, args.b[at]);
    }
}
