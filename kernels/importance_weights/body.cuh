// With log w = ll + ratio for each of the k samples of an example: weights = softmax(log w), bound = log(1/k sum w), squares =
// log(1/k sum w^2). One warp per example; a lane takes every 32nd sample. Sums are in double, in a fixed order.
#pragma once

#include "../common/reduce.cuh"

DEVICE double log_weight(const ImportanceWeightsArgs& args, int64_t row) {
    const int64_t rows = int64_t(args.batch) * args.samples;
    // rounded to float, because other kernels get these sums as floats
    const float ll = float(partials_sum(args.ll, int(args.ll_tiles), rows, row));
    const float ratio = float(partials_sum(args.ratio, int(args.ratio_tiles), rows, row));
    return double(ll) + double(ratio);
}

// The larger of the two; NaN if one of them is NaN.
DEVICE double larger(double a, double b) { return a > b || a != a ? a : b; }

DEVICE double warp_sum(double value) {
    for (int distance = 16; distance > 0; distance >>= 1) {
        value += warp_shuffle_xor(value, distance);
    }
    return value;
}

DEVICE void body(const ImportanceWeightsArgs& args, int block, char*) {
    const int64_t example = int64_t(block) * WARPS + warp_id();
    if (example >= step_of(args).rows) {
        return;  // with the whole warp, since a warp has one example
    }
    const int64_t row0 = example * args.samples;
    double most = -double(bits_float(0x7f800000u));  // minus infinity; NVRTC has no INFINITY
    for (uint32_t s = uint32_t(lane_id()); s < args.samples; s += WARP) {
        most = larger(log_weight(args, row0 + s), most);
    }
    for (int distance = 16; distance > 0; distance >>= 1) {
        most = larger(warp_shuffle_xor(most, distance), most);
    }
    double sum = 0;
    double square = 0;
    for (uint32_t s = uint32_t(lane_id()); s < args.samples; s += WARP) {
        const double e = expf(float(log_weight(args, row0 + s) - most));
        sum += e;
        square += e * e;
    }
    sum = warp_sum(sum);
    square = warp_sum(square);
    for (uint32_t s = uint32_t(lane_id()); args.weights != nullptr && s < args.samples; s += WARP) {
        args.weights[row0 + s] = float(expf(float(log_weight(args, row0 + s) - most)) / sum);
    }
    if (lane_id() == 0) {
        args.bound[example] = float(most + log(sum / args.samples));
        if (args.squares != nullptr) {
            args.squares[example] = float(2 * most + log(square / args.samples));
        }
    }
}
