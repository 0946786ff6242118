// x = the examples of the step, corrupted if the arguments say so; y = act(x W^T + b). Every block gathers its rows for itself; the
// blocks of the first columns also store x, and the corrupted x, if another kernel reads them.
#pragma once

#include "../common/corrupt.cuh"
#include "../common/gather.cuh"
#include "../common/linear.cuh"

DEVICE void keep_four(float* x, const GatherLinearBiasActArgs& args, int64_t row, int at, const float (&v)[4]) {
    if (x != nullptr) {
        store_four(x + row * args.features, at, args.features, by_four(x, args.features), v);
    }
}

// Features [at, at + 4) of a row as the layer reads them, in registers; if `keeps`, they are also stored.
DEVICE float4 layer_four(const GatherLinearBiasActArgs& args, const StepRecord& step, const GatherRow& from, int64_t row, int at, bool keeps) {
    const float4 four = gather_four(args, step, from, at);
    if (!from.inside || (!keeps && args.corruption == UNCORRUPTED)) {
        return four;
    }
    float v[4] = {four.x, four.y, four.z, four.w};
    if (keeps) {
        keep_four(args.x, args, row, at, v);
    }
    if (args.corruption != UNCORRUPTED) {
        corrupt_four(args, step, args.corrupt_site, from.noise_row, uint32_t(at / 4), v);
        if (keeps) {
            keep_four(args.corrupted, args, row, at, v);
        }
    }
    return make_float4(v[0], v[1], v[2], v[3]);
}

// Naive: one thread per element, which also fetches one quad of x per slice. Rows are padded by 4 floats, so that four rows are in
// different banks.
constexpr int GK = 64;
static_assert(SIDE * GK == 4 * BLOCK, "a thread gathers four elements of a slice");
struct GatherSlice {
    float x[SIDE][GK + 4];
};

// Stores four of the thread's values in the slice, corrupts them, and stores the corrupted ones.
DEVICE void finish_four(const GatherLinearBiasActArgs& args, const StepRecord& step, const GatherRow& from, const Place& place, int at, float* x) {
    const bool keeps = place.column_block == 0 && from.inside;
    const int64_t row = int64_t(place.row_block) * SIDE + threadIdx.x / (GK / 4);
    if (keeps) {
        keep_four(args.x, args, row, at, {x[0], x[1], x[2], x[3]});
    }
    if (args.corruption != UNCORRUPTED && from.inside) {
        corrupt_in_place(args, step, args.corrupt_site, from.noise_row, uint32_t(at / 4), x, 4);
        if (keeps) {
            keep_four(args.corrupted, args, row, at, {x[0], x[1], x[2], x[3]});
        }
    }
}

DEVICE void body(const GatherLinearBiasActArgs& args, int block, char* smem) {
    GatherSlice& slice = *reinterpret_cast<GatherSlice*>(smem);
    const StepRecord& step = step_of(args);
    const Place at = naive_place(block, args.n);
    const int features = int(args.features);
    const int r = int(threadIdx.x) / (GK / 4);       // [0, SIDE): the row it gathers
    const int k = int(threadIdx.x) % (GK / 4) * 4;   // [0, GK)
    const GatherRow from = gather_row(args, step, int64_t(at.row_block) * SIDE + r);
    const bool inside = at.row < step.rows && at.column < args.n;
    float sum = 0;
    for (int k0 = 0; k0 < features; k0 += GK) {
        const float4 four = gather_four(args, step, from, k0 + k);
        sync();  // all threads have read the previous slice, before this one is written
        *reinterpret_cast<float4*>(&slice.x[r][k]) = four;
        finish_four(args, step, from, at, k0 + k, slice.x[r] + k);
        sync();  // all threads have written this slice, before it is read
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
    const Operand w = {args.w, args.n, args.features, args.features};
    const int64_t n0 = int64_t(at.column_block) * TN;
    const bool vector = by_four(args.w, args.features);
    float sum[4][4] = {};
    staged_product<true, true>(
        [&](int64_t k0) {
            return layer_four(args, step, from, row, int(k0) + int(threadIdx.x) % 4 * 4, at.column_block == 0);
        },
        [&](int64_t k0) { return fetch<true>(w, n0, k0, vector); }, args.features, *reinterpret_cast<GemmTile*>(smem), sum);
    linear_store(args, at, step.rows, sum);
}
