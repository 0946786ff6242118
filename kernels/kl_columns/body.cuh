// means[column] = the mean over the rows of the KL of one latent: one thread per latent, row by row.
#pragma once

#include "../common/latent.cuh"

DEVICE void body(const KlColumnsArgs& args, int block, char*) {
    const StepRecord& step = step_of(args);
    const int64_t column = int64_t(block) * BLOCK + threadIdx.x;
    if (column >= args.latent) {
        return;
    }
    float sum = 0;
    for (uint32_t row = 0; row < step.rows; row++) {
        const float* heads = args.heads + int64_t(row) * 2 * args.latent + column;
        sum += latent_kl(args, column, heads[0], heads[args.latent], latent_sigma(heads[args.latent]));
    }
    args.means[column] = sum * step.inv_rows;
}
