// y = h W^T + b; ll[row] = sum over features of log p(x|y), one partial sum per tile of 32 columns; dY = -d ll / dy / (rows
// shares). d_log_var is the gradient of a learned log-variance: partial sums like ll if it is one scalar, one column per feature if
// it is a vector. If the decoder gives a log-variance for every feature, the thread of mean j has log-variance j + D as well.
#pragma once

#include "../common/likelihood.cuh"
#include "../common/row_block.cuh"

// The elements of y for feature `column`: its products plus their biases.
struct Output {
    float mean;
    float log_var;
};

DEVICE Output output_of(const OutputLikelihoodArgs& args, int column, float mean, float log_var) {
    if (args.bias == nullptr || column >= int(args.d)) {
        return {mean, log_var};
    }
    return {mean + args.bias[column], args.likelihood == GAUSSIAN_FEATURE ? log_var + args.bias[args.d + column] : 0.0f};
}

DEVICE int64_t output_width(const OutputLikelihoodArgs& args) {
    return args.likelihood == GAUSSIAN_FEATURE ? 2 * int64_t(args.d) : args.d;
}

// Stores the sums of one row of a tile; one lane per tile calls it.
DEVICE void write_sums(const OutputLikelihoodArgs& args, int64_t row, int64_t tile, float ll, float d_log_var) {
    const int64_t partial = tile * args.batch + row;
    args.ll[partial] = ll;
    if (args.likelihood == GAUSSIAN_SCALAR && args.d_log_var != nullptr) {
        args.d_log_var[partial] = d_log_var;
    }
}

// Naive: a block computes ROW_BLOCK rows of 64 features, a thread two rows of one feature.
DEVICE void body(const OutputLikelihoodArgs& args, int block, char* smem) {
    RowSlices& slices = *reinterpret_cast<RowSlices*>(smem);
    const StepRecord& step = step_of(args);
    const int across = int(ceil_div(args.d, RN));
    const int64_t row0 = int64_t(block / across) * ROW_BLOCK;
    const int j0 = block % across * RN;
    const uint32_t rows = rows_of(args);
    const float scale = step.inv_rows / float(args.shares);
    if (row0 >= rows) {
        return;  // with the whole block
    }
    const int d = int(args.d);
    const int k = int(args.k);
    const MemoryRows h = {args.h, row0, rows, k};
    float mean[2] = {};
    float log_var[2] = {};
    row_product(h, WeightRows{args.w, k, neighbours(j0, d)}, k, slices, mean);
    if (args.likelihood == GAUSSIAN_FEATURE) {
        row_product(h, WeightRows{args.w + int64_t(d) * k, k, neighbours(j0, d)}, k, slices, log_var);
    }
    const int column = j0 + pass_column();
    const int tile = column / WARP;  // the same for all lanes of a warp, as is the row
#pragma unroll
    for (int i = 0; i < 2; i++) {
        const int64_t row = row0 + pass_row() + i;
        if (row >= rows || tile * WARP >= d) {
            continue;
        }
        LikelihoodTerm term = {};
        if (column < d) {
            const Output y = output_of(args, column, mean[i], log_var[i]);
            term = likelihood_term(args, column, args.x[row / args.samples * args.d + column], y.mean, y.log_var);
            const int64_t at = row * output_width(args) + column;
            const bool both = args.likelihood == GAUSSIAN_FEATURE;
            if (args.y != nullptr) {
                args.y[at] = y.mean;
                if (both) {
                    args.y[at + args.d] = y.log_var;
                }
            }
            if (args.dy != nullptr) {
                args.dy[at] = term.d_mean * scale;
                if (both) {
                    args.dy[at + args.d] = term.d_log_var * scale;
                }
            }
            if (args.likelihood == GAUSSIAN_VECTOR && args.d_log_var != nullptr) {
                args.d_log_var[at] = term.d_log_var * scale;
            }
        }
        const float ll = tile_sum(-term.loss);
        const float d_log_var = tile_sum(term.d_log_var * scale);
        if (lane_id() == 0) {
            write_sums(args, row, tile, ll, d_log_var);
        }
    }
}

// Stores four neighbouring elements of a row of y or dY: means, or log-variances, which are D columns further.
DEVICE void store_output(const OutputLikelihoodArgs& args, float* to, int64_t row, int column, int part, const float (&v)[4]) {
    float* base = to + int64_t(part) * args.d;
    // bounded by D and not by the width of the row, else the last four means would overwrite log-variances
    store_four(base + row * output_width(args), column, args.d, by_four(base, args.d), v);
}

// One row of a thread's 4 x 4 elements, which are four neighbouring features. All lanes of the warp must call it.
DEVICE void tile_row(const OutputLikelihoodArgs& args, const StepRecord& step, int64_t row, int column, float (&mean)[4],
                     float (&log_var)[4]) {
    const bool both = args.likelihood == GAUSSIAN_FEATURE;
    const bool live = row < rows_of(args);
    const float scale = step.inv_rows / float(args.shares);
    const float4 four = live ? load_four(args.x + row / args.samples * args.d, column, args.d, by_four(args.x, args.d)) : make_float4(0, 0, 0, 0);
    const float x[4] = {four.x, four.y, four.z, four.w};
    float ll[4];
    float d_log_var[4];
#pragma unroll
    for (int j = 0; j < 4; j++) {
        const Output y = output_of(args, column + j, mean[j], log_var[j]);
        mean[j] = y.mean;
        log_var[j] = y.log_var;
    }
    if (args.y != nullptr && live) {
        store_output(args, args.y, row, column, 0, mean);
        if (both) {
            store_output(args, args.y, row, column, 1, log_var);
        }
    }
#pragma unroll
    for (int j = 0; j < 4; j++) {
        LikelihoodTerm term = {};
        if (live && column + j < int(args.d)) {
            term = likelihood_term(args, column + j, x[j], mean[j], log_var[j]);
        }
        ll[j] = -term.loss;
        mean[j] = term.d_mean * scale;
        d_log_var[j] = term.d_log_var * scale;
    }
    if (args.dy != nullptr && live) {
        store_output(args, args.dy, row, column, 0, mean);
        if (both) {
            store_output(args, args.dy, row, column, 1, d_log_var);
        }
    }
    if (args.likelihood == GAUSSIAN_VECTOR && args.d_log_var != nullptr && live) {
        store_four(args.d_log_var + row * args.d, column, args.d, by_four(args.d_log_var, args.d), d_log_var);
    }
    const float ll_sum = tile_sum(ll);
    const float d_log_var_sum = tile_sum(d_log_var);
    if (lane_id() % 8 == 0 && live && column < int(args.d)) {  // the first lane of a tile holds its first columns
        write_sums(args, row, column / WARP, ll_sum, d_log_var_sum);
    }
}

DEVICE void tiled_body(const OutputLikelihoodArgs& args, int block, char* smem) {
    const StepRecord& step = step_of(args);
    GemmTile& tile = *reinterpret_cast<GemmTile*>(smem);
    const Place at = tiled_place(block, args.d);
    const Operand h = {args.h, int64_t(rows_of(args)), args.k, args.k};
    float mean[4][4] = {};
    float log_var[4][4] = {};
    tiled_product<true, true>(h, {args.w, args.d, args.k, args.k}, at, tile, mean);
    if (args.likelihood == GAUSSIAN_FEATURE) {
        tiled_product<true, true>(h, {args.w + int64_t(args.d) * args.k, args.d, args.k, args.k}, at, tile, log_var);
    }
#pragma unroll
    for (int i = 0; i < 4; i++) {
        tile_row(args, step, at.row + i, int(at.column), mean[i], log_var[i]);
    }
}
