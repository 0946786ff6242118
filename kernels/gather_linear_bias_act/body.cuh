// x = the examples of the step; y = act(x W^T + b). Every block gathers its rows for itself; the blocks of the first
// columns also bring x to memory, where somebody else reads it.
#pragma once

#include "../common/gather.cuh"
#include "../common/linear.cuh"

DEVICE float* x_of_block(const GatherLinearBiasActArgs& args, const Place& at) {
    return at.column_block == 0 ? args.x : nullptr;
}

DEVICE void keep_four(float* x, const GatherLinearBiasActArgs& args, int64_t row, int at, const float4& four) {
    const float v[4] = {four.x, four.y, four.z, four.w};
    store_four(x + row * args.features, at, args.features, by_four(x, args.features), v);
}

// Naive: a thread an element, and a quad of x a slice. Rows are padded by 4: four rows then lie in different banks.
constexpr int GK = 64;
static_assert(SIDE * GK == 4 * BLOCK, "a thread gathers four elements of a slice");
struct GatherSlice {
    float x[SIDE][GK + 4];
};

DEVICE void body(const GatherLinearBiasActArgs& args, int block, char* smem) {
    GatherSlice& slice = *reinterpret_cast<GatherSlice*>(smem);
    const StepRecord& step = step_of(args);
    const Place at = naive_place(block, args.n);
    const int features = int(args.features);
    const int r = int(threadIdx.x) / (GK / 4);       // [0, SIDE): the row it gathers
    const int k = int(threadIdx.x) % (GK / 4) * 4;   // [0, GK)
    const GatherRow from = gather_row(args, step, int64_t(at.row_block) * SIDE + r);
    float* to = x_of_block(args, at);
    const bool inside = at.row < step.rows && at.column < args.n;
    float sum = 0;
    for (int k0 = 0; k0 < features; k0 += GK) {
        const float4 four = gather_four(args, step, from, k0 + k);
        if (to != nullptr && from.inside) {
            keep_four(to, args, int64_t(at.row_block) * SIDE + r, k0 + k, four);
        }
        sync();  // the slice before is read, before this one is written
        *reinterpret_cast<float4*>(&slice.x[r][k]) = four;
        sync();  // this slice is written, before it is read
        const float* w = args.w + at.column * features + k0;
        const int depth = inside ? (features - k0 < GK ? features - k0 : GK) : 0;
        for (int i = 0; i < depth; i++) {
            sum = fma_rn(slice.x[threadIdx.x / SIDE][i], w[i], sum);
        }
    }
    if (inside) {
        linear_store(args, at.row, at.column, sum);
    }
}

DEVICE void tiled_body(const GatherLinearBiasActArgs& args, int block, char* smem) {
    const StepRecord& step = step_of(args);
    const Place at = tiled_place(block, args.n);
    const int64_t row = int64_t(at.row_block) * TM + threadIdx.x / 4;  // the row that this thread stages, as fetch does
    const GatherRow from = gather_row(args, step, row);
    float* to = x_of_block(args, at);
    const Operand w = {args.w, args.n, args.features, args.features};
    const int64_t n0 = int64_t(at.column_block) * TN;
    const bool vector = by_four(args.w, args.features);
    float sum[4][4] = {};
    staged_product<true, true>(
        [&](int64_t k0) {
            const int k = int(k0) + int(threadIdx.x) % 4 * 4;
            const float4 four = gather_four(args, step, from, k);
            if (to != nullptr && from.inside) {
                keep_four(to, args, row, k, four);
            }
            return four;
        },
        [&](int64_t k0) { return fetch<true>(w, n0, k0, vector); }, args.features, *reinterpret_cast<GemmTile*>(smem), sum);
    linear_store(args, at, step.rows, sum);
}
