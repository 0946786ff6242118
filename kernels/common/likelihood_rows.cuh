// ll[row] = sum over features of log p(x|y), one partial sum per tile of 32 columns; dY = -d ll / dy / (rows shares). d_log_var is
// the gradient of a learned log-variance: partial sums like ll if it is one scalar, one column per feature if it is a vector.
// This is the body of likelihood_grad, and of log_likelihood and likelihood_backward, which leave the pointers to the gradients
// or to ll null.
#pragma once

#include "likelihood.cuh"
#include "reduce.cuh"

DEVICE void body(const LikelihoodArgs& args, int block, char*) {
    const StepRecord& step = step_of(args);
    const RowTile tile = row_tile_of<32>(block, args.d);
    if (tile.row >= rows_of(args)) {
        return;  // with the whole warp, since a warp has one row
    }
    const int64_t width = args.likelihood == GAUSSIAN_FEATURE ? 2 * int64_t(args.d) : args.d;
    const float scale = step.inv_rows / float(args.shares);
    LikelihoodTerm term = {};
    if (tile.column < args.d) {
        const int64_t at = tile.row * width + tile.column;
        const float log_var = args.likelihood == GAUSSIAN_FEATURE ? args.y[at + args.d] : 0.0f;
        term = likelihood_term(args, tile.column, args.x[tile.row / args.samples * args.d + tile.column], args.y[at], log_var);
        if (args.dy != nullptr) {
            args.dy[at] = term.d_mean * scale;
            if (args.likelihood == GAUSSIAN_FEATURE) {
                args.dy[at + args.d] = term.d_log_var * scale;
            }
        }
        if (args.likelihood == GAUSSIAN_VECTOR && args.d_log_var != nullptr) {
            args.d_log_var[at] = term.d_log_var * scale;
        }
    }
    const int64_t partial = int64_t(tile.tile) * args.batch + tile.row;
    if (args.ll != nullptr) {
        const float sum = tile_sum(-term.loss);
        if (lane_id() == 0) {
            args.ll[partial] = sum;
        }
    }
    if (args.likelihood == GAUSSIAN_SCALAR && args.d_log_var != nullptr) {
        const float sum = tile_sum(term.d_log_var * scale);
        if (lane_id() == 0) {
            args.d_log_var[partial] = sum;
        }
    }
}
