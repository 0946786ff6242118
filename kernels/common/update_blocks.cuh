// Every parameter = optimizer(parameter, gradient), in place. With clipping, the gradient is first scaled by
// min(1, clip / (|g| + 1e-6)); |g|^2 is the sum of all norms, which every block adds in the same order.
#pragma once

#include "optimizer.cuh"
#include "reduce.cuh"

DEVICE float gradient_scale(const UpdateArgs& args, double* scratch) {
    if (args.norms == nullptr) {
        return 1;
    }
    double squares = 0;
    for (uint32_t range = 0; range < args.norm_count; range++) {
        const NormRange r = args.norms[range];
        for (uint32_t i = threadIdx.x; i < r.count; i += BLOCK) {
            squares += r.norms[i];
        }
    }
    const double scale = args.clip / (sqrt(block_sum(squares, scratch)) + 1e-6);
    return scale > 1 ? 1.0f : float(scale);  // NaN stays NaN
}

DEVICE void body(const UpdateArgs& args, int block, char* smem) {
    const StepRecord& step = step_of(args);
    const float scale = gradient_scale(args, reinterpret_cast<double*>(smem));
    uint32_t entry = 0;
    while (entry + 1 < args.tensor_count && uint32_t(block) >= args.tensors[entry + 1].first_block) {
        entry++;
    }
    const TensorEntry t = args.tensors[entry];
    const int64_t first = int64_t(block - t.first_block) * UPDATE_CHUNK;
#pragma unroll
    for (int i = threadIdx.x; i < int(UPDATE_CHUNK); i += BLOCK) {
        if (first + i < t.count) {
            const int64_t at = first + i;
            optimize(args, step, t.parameter + at, t.first + at, t.second != nullptr ? t.second + at : nullptr, mul_rn(t.gradient[at], scale));
        }
    }
}
