// ll[row] = sum over features of log p(x|y), a partial a tile of 32 columns; dY = -d ll / dy / rows; for a learned
// scalar d_log_var[row] likewise. Null pointers in the arguments leave out the value or the gradient: log_likelihood and
// likelihood_backward are this body.
#pragma once

#include "likelihood.cuh"
#include "reduce.cuh"

DEVICE void body(const LikelihoodArgs& args, int block, char*) {
    const StepRecord& step = step_of(args);
    const RowTile tile = row_tile_of<32>(block, args.d);
    if (tile.row >= step.rows) {
        return;  // the whole warp: a warp is a row
    }
    const int64_t width = args.likelihood == GAUSSIAN_FEATURE ? 2 * int64_t(args.d) : args.d;
    LikelihoodTerm term = {};
    if (tile.column < args.d) {
        const int64_t at = tile.row * width + tile.column;
        const float log_var = args.likelihood == GAUSSIAN_FEATURE ? args.y[at + args.d] : 0.0f;
        term = likelihood_term(args, args.x[tile.row * args.d + tile.column], args.y[at], log_var);
        if (args.dy != nullptr) {
            args.dy[at] = term.d_mean * step.inv_rows;
            if (args.likelihood == GAUSSIAN_FEATURE) {
                args.dy[at + args.d] = term.d_log_var * step.inv_rows;
            }
        }
    }
    const int64_t partial = int64_t(tile.tile) * args.batch + tile.row;
    if (args.ll != nullptr) {
        const float sum = tile_sum(-term.loss);
        if (lane_id() == 0) {
            args.ll[partial] = sum;
        }
    }
    if (args.d_log_var != nullptr) {
        const float sum = tile_sum(term.d_log_var * step.inv_rows);
        if (lane_id() == 0) {
            args.d_log_var[partial] = sum;
        }
    }
}
