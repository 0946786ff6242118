// By row blocks: dz = dY W of the layer that reads z; the gradients of mu and log_var through z, KL or the log-ratio, summed
// over the samples of an example; and da = (dHeads Wh) act'(saved) of the last encoder layer. Without sampling, the gradient of the
// heads is dz, plus the gradient of a penalty on the code if there is one.
#pragma once

#include "../common/activation.cuh"
#include "../common/l1_grad.cuh"
#include "../common/latent_grad.cuh"
#include "../common/row_block.cuh"

// Stores dz of one sample, if another kernel reads it, and adds it to the sums of its example.
DEVICE void collect(const LatentBackwardArgs& args, int64_t row, int64_t column, float dz, LatentSums& sums) {
    const int64_t at = row * args.latent + column;
    if (args.dz != nullptr) {
        args.dz[at] = dz;
    }
    sums.add(dz * dz_weight(args, row), args.eps != nullptr ? args.eps[at] : 0.0f);
}

// Turns the sums over all samples of an example into gradients of the heads.
DEVICE void carry(const LatentBackwardArgs& args, const StepRecord& step, int64_t example, int64_t column, const LatentSums& sums) {
    if (args.heads == nullptr) {
        const int64_t at = example * args.latent + column;
        args.d_heads[at] = args.code != nullptr ? sums.plain + l1_slope(step, args.code[at]) : sums.plain;
        return;
    }
    const LatentGradient d = latent_gradient(args, step, example, column, sums);
    const int64_t mu = example * 2 * args.latent + column;
    args.d_heads[mu] = d.mu;
    args.d_heads[mu + args.latent] = d.log_var;
}

// The heads' gradients of the 64 columns from `c0` on.
DEVICE void heads_gradient(const LatentBackwardArgs& args, const StepRecord& step, int64_t row0, int c0, RowSlices& slices) {
    const int n = int(args.n);
    const int latent = int(args.latent);
    const int column = c0 + pass_column();
    LatentSums sums[2] = {};
    for (uint32_t s = 0; s < args.samples; s++) {
        float dz[2] = {};
        row_product(MemoryRows{args.dy + int64_t(s) * n, row0, step.rows, n, int(args.samples)}, WeightColumns{args.w, n, c0, latent}, n, slices, dz);
#pragma unroll
        for (int i = 0; i < 2; i++) {
            const int64_t example = row0 + pass_row() + i;
            if (example < step.rows && column < latent) {
                collect(args, example * args.samples + s, column, dz[i], sums[i]);
            }
        }
    }
#pragma unroll
    for (int i = 0; i < 2; i++) {
        const int64_t example = row0 + pass_row() + i;
        if (example < step.rows && column < latent) {
            carry(args, step, example, column, sums[i]);
        }
    }
}

DEVICE void body(const LatentBackwardArgs& args, int block, char* smem) {
    RowSlices& slices = *reinterpret_cast<RowSlices*>(smem);
    const StepRecord& step = step_of(args);
    const int64_t row0 = int64_t(block) * ROW_BLOCK;
    if (row0 >= step.rows) {
        return;  // with the whole block
    }
    for (int c0 = 0; c0 < int(args.latent); c0 += RN) {
        heads_gradient(args, step, row0, c0, slices);
    }
    const int inputs = args.da != nullptr ? int(args.k) : 0;
    for (int k0 = 0; k0 < inputs; k0 += RN) {
        const int n = int(args.heads_n);
        float sum[2] = {};
        // this block has written d_heads of these rows above; the first barrier of row_product separates that from reading it
        row_product(MemoryRows{args.d_heads, row0, step.rows, n}, WeightColumns{args.heads_w, n, k0, inputs}, n, slices, sum);
        const int column = k0 + pass_column();
#pragma unroll
        for (int i = 0; i < 2; i++) {
            const int64_t row = row0 + pass_row() + i;
            if (row < step.rows && column < inputs) {
                const int64_t at = row * inputs + column;
                args.da[at] = args.saved != nullptr ? sum[i] * activation_slope(args.activation, args.saved[at]) : sum[i];
            }
        }
    }
}
