// By row blocks: dz = dY W of the layer that reads z; the gradients of mu and log_var through z and through KL; and
// da = (dHeads Wh) act'(saved) of the last encoder layer. Without sampling, dz is already the gradient of the heads.
#pragma once

#include "../common/activation.cuh"
#include "../common/latent.cuh"
#include "../common/row_block.cuh"

// What dz is good for: it is kept where somebody reads it, and carried on to the heads.
DEVICE void carry(const LatentBackwardArgs& args, const StepRecord& step, int64_t row, int64_t column, float dz) {
    const int64_t at = row * args.latent + column;
    if (args.dz != nullptr) {
        args.dz[at] = dz;
    }
    if (args.heads == nullptr) {
        args.d_heads[at] = dz;
        return;
    }
    const int64_t mu = row * 2 * args.latent + column;
    const float log_var = args.heads[mu + args.latent];
    const float sigma = latent_sigma(log_var);
    const float scale = step.beta * step.inv_rows;
    args.d_heads[mu] = fma_rn(scale, args.heads[mu], dz);
    args.d_heads[mu + args.latent] =
        fma_rn(scale, latent_kl_slope(log_var, sigma), latent_sample_slope(log_var, sigma, args.eps[at], dz));
}

DEVICE void body(const LatentBackwardArgs& args, int block, char* smem) {
    RowSlices& slices = *reinterpret_cast<RowSlices*>(smem);
    const StepRecord& step = step_of(args);
    const int64_t row0 = int64_t(block) * ROW_BLOCK;
    if (row0 >= step.rows) {
        return;  // the whole block
    }
    const int latent = int(args.latent);
    for (int c0 = 0; c0 < latent; c0 += RN) {
        const int n = int(args.n);
        float sum[2] = {};
        row_product(MemoryRows{args.dy, row0, step.rows, n}, WeightColumns{args.w, n, c0, latent}, n, slices, sum);
        const int column = c0 + pass_column();
#pragma unroll
        for (int i = 0; i < 2; i++) {
            const int64_t row = row0 + pass_row() + i;
            if (row < step.rows && column < latent) {
                carry(args, step, row, column, sum[i]);
            }
        }
    }
    const int inputs = args.da != nullptr ? int(args.k) : 0;
    for (int k0 = 0; k0 < inputs; k0 += RN) {
        const int n = int(args.heads_n);
        float sum[2] = {};
        // d_heads of these rows is what this block has written above: row_product's first barrier stands between
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
