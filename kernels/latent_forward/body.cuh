// By row blocks: heads = x Wh^T + bh; eps ~ N(0, I), z = mu + sigma eps, KL; y = act(z W^T + b) of the first decoder layer.
// The arguments choose variations: x is gathered and corrupted here; nothing is sampled (then the code may have a penalty); there
// are several samples per example; the log-ratio replaces KL; there is no decoder layer. Values that no other kernel reads are not
// stored. A block computes all samples of its examples.
#pragma once

#include "../common/corrupt.cuh"
#include "../common/gather.cuh"
#include "../common/latent.cuh"
#include "../common/linear.cuh"
#include "../common/normals.cuh"
#include "../common/row_block.cuh"

// The largest number of columns of z that a row block can keep for the decoder layer. Wider codes are not fused with it: the
// host's RowBlocks.BUDGET allows no more.
constexpr int LATENT_MAX = 1024;

struct LatentForwardMemory {
    RowSlices slices;
    float z[ROW_BLOCK * LATENT_MAX];    // [ROW_BLOCK, columns of z]; with several samples z is in global memory instead
};
static_assert(sizeof(LatentForwardMemory) <= 48 * 1024, "static shared memory");

// Stores the block's rows of x, and of the corrupted x, in global memory, where this block and other kernels read them.
DEVICE void gather_rows(const LatentForwardArgs& args, const StepRecord& step, int64_t row0) {
    const int64_t row = row0 + warp_id();
    const GatherRow from = gather_row(args, step, row);
    const bool vector = by_four(args.x, args.features) && by_four(args.corrupted, args.features);
    for (int k = lane_id() * 4; from.inside && k < int(args.features); k += 4 * WARP) {
        const float4 four = gather_four(args, step, from, k);
        const float v[4] = {four.x, four.y, four.z, four.w};
        store_four(args.x + row * args.features, k, args.features, vector, v);
        if (args.corrupted != nullptr) {
            float* to = args.corrupted + row * args.features;
            store_four(to, k, args.features, vector, v);
            corrupt_in_place(args, step, args.corrupt_site, from.noise_row, uint32_t(k / 4), to + k, int64_t(args.features) - k);
        }
    }
}

// Adds the bias, and stores the heads if a pointer for them is given.
DEVICE void finish_heads(const LatentForwardArgs& args, int64_t rows, int64_t row0, int column, float (&sum)[2]) {
    if (column < 0) {
        return;
    }
#pragma unroll
    for (int i = 0; i < 2; i++) {
        const int64_t row = row0 + pass_row() + i;
        sum[i] = args.heads_bias != nullptr ? sum[i] + args.heads_bias[column] : sum[i];
        if (args.heads != nullptr && row < rows) {
            args.heads[row * args.heads_n + column] = sum[i];
        }
    }
}

// The partials of the L1 norm for the columns of one pass: a warp has 32 columns of each of its rows.
DEVICE void penalty(const LatentForwardArgs& args, int64_t rows, int64_t row0, int c0, int column, const float (&sum)[2]) {
    const int tile = (c0 + pass_column()) / WARP;
#pragma unroll
    for (int i = 0; i < 2; i++) {
        const int64_t row = row0 + pass_row() + i;
        const float l1 = tile_sum(column >= 0 ? fabsf(sum[i]) : 0.0f);
        if (lane_id() == 0 && row < rows && tile * WARP < int(args.heads_n)) {
            args.l1[int64_t(tile) * args.batch + row] = l1;
        }
    }
}

// One warp per example, one lane per latent column: noise, z of sample `s`, and the partials of KL or the log-ratio over the 32
// columns from `c0` on.
DEVICE void sample(const LatentForwardArgs& args, const StepRecord& step, int64_t row0, uint32_t s, int c0, LatentForwardMemory& memory) {
    const int64_t example = row0 + warp_id();
    const int64_t row = example * args.samples + s;
    const int column = c0 + lane_id();
    float z = 0;
    float kl = 0;
    float ratio = 0;
    if (example < step.rows && column < int(args.latent)) {
        const NoiseStream stream = {args.key0, args.key1, args.noise_site, step.step_lo, step.step_hi};
        const float eps = normal_of(stream, noise_row(args, step, uint32_t(row), args.in_order), uint32_t(column));
        const float* heads = args.heads + example * args.heads_n + column;  // written by this block
        const float mu = heads[0];
        const float log_var = heads[args.latent];
        const float sigma = latent_sigma(log_var);
        z = latent_sample(mu, sigma, eps);
        const int64_t to = row * args.latent + column;
        if (args.eps != nullptr) {
            args.eps[to] = eps;
        }
        if (args.z != nullptr) {
            args.z[to] = z;
        }
        if (args.kl != nullptr) {
            kl = latent_kl(args, column, mu, log_var, sigma);
        }
        if (args.ratio != nullptr) {
            ratio = latent_ratio(prior_of(args, column), z, log_var, eps);
        }
    }
    if (args.n > 0 && args.samples == 1 && column < int(args.latent)) {
        memory.z[warp_id() * int(args.latent) + column] = z;  // 0 beyond the live rows
    }
    if (args.kl != nullptr && s == 0) {
        const float sum = tile_sum(kl);
        if (lane_id() == 0 && example < step.rows) {
            args.kl[int64_t(c0 / WARP) * args.batch + example] = sum;
        }
    }
    if (args.ratio != nullptr) {
        const float sum = tile_sum(ratio);
        if (lane_id() == 0 && example < step.rows) {
            args.ratio[int64_t(c0 / WARP) * args.batch * args.samples + row] = sum;
        }
    }
}

DEVICE void decoder_layer(const LatentForwardArgs& args, int64_t rows, int64_t row0, uint32_t s, int code, LatentForwardMemory& memory) {
    const int n = int(args.n);
    const bool many = args.samples > 1;
    const MemoryRows z = {many ? args.z + int64_t(s) * code : memory.z, many ? row0 : 0, many ? rows : ROW_BLOCK, code, int(args.samples)};
    for (int n0 = 0; n0 < n; n0 += RN) {
        float sum[2] = {};
        row_product(z, WeightRows{args.w, code, neighbours(n0, n)}, code, memory.slices, sum);
        const int column = n0 + pass_column();
#pragma unroll 1  // two copies of the code of all activations would double the registers
        for (int i = 0; i < 2; i++) {
            const int64_t row = row0 + pass_row() + i;
            if (row < rows && column < n) {
                linear_store(args, row * args.samples + s, column, i == 0 ? sum[0] : sum[1]);
            }
        }
    }
}

// Computes the heads of the block's rows, pass by pass; if nothing is sampled, they are the code and are kept for the decoder.
DEVICE void heads_layer(const LatentForwardArgs& args, const StepRecord& step, int64_t row0, LatentForwardMemory& memory) {
    const int n = int(args.heads_n);
    const int inputs = int(args.features);
    const float* x = args.corrupted != nullptr ? args.corrupted : args.x;
    const bool keeps = args.n > 0 && args.latent == 0;
    for (int c0 = 0; c0 < n; c0 += RN) {
        const PassColumns columns = neighbours(c0, n);
        const int column = columns.of(pass_column());
        float sum[2] = {};
        row_product(MemoryRows{x, row0, step.rows, inputs}, WeightRows{args.heads_w, inputs, columns}, inputs, memory.slices, sum);
        finish_heads(args, step.rows, row0, column, sum);
        if (args.l1 != nullptr) {
            penalty(args, step.rows, row0, c0, column, sum);
        }
#pragma unroll
        for (int i = 0; i < 2; i++) {
            if (keeps && column >= 0) {
                memory.z[(pass_row() + i) * n + column] = sum[i];
            }
        }
    }
}

DEVICE void body(const LatentForwardArgs& args, int block, char* smem) {
    LatentForwardMemory& memory = *reinterpret_cast<LatentForwardMemory*>(smem);
    const StepRecord& step = step_of(args);
    const int64_t row0 = int64_t(block) * ROW_BLOCK;
    const int l = int(args.latent);
    const int code = l > 0 ? l : int(args.heads_n);  // the number of columns that the decoder reads
    if (row0 >= step.rows) {
        return;  // with the whole block
    }
    if (args.n > 0 && code > LATENT_MAX) {
        trap();
    }
    if (args.data != nullptr) {
        gather_rows(args, step, row0);  // the first barrier of the product below separates these writes from reading them
    }
    heads_layer(args, step, row0, memory);
    if (l > 0) {
        sync();  // all threads have written the block's heads, before they are read
    }
#pragma unroll 1
    for (uint32_t pass = 0; pass < args.samples * uint32_t(ceil_div(l, WARP)); pass++) {
        sample(args, step, row0, pass % args.samples, int(pass / args.samples) * WARP, memory);
    }
    if (args.samples > 1) {
        sync();  // all threads have written the block's z, before it is read
    }
#pragma unroll 1
    for (uint32_t s = 0; args.n > 0 && s < args.samples; s++) {
        decoder_layer(args, step.rows, row0, s, code, memory);
    }
}
