// metrics = (sum of ll / samples, sum of KL) over the rows of the batch, in double and in a fixed order.
#pragma once

#include "../common/reduce.cuh"

DEVICE void body(const ReduceLossArgs& args, int, char* smem) {
    const uint32_t record = *args.base + args.offset;
    const uint32_t rows = args.table[record].rows;
    double* scratch = reinterpret_cast<double*>(smem);
    const uint32_t k = args.samples;
    const double ll = batch_sum(args.ll, int(args.ll_tiles), args.batch * k, rows * k, scratch) / k;
    const double kl = args.kl != nullptr ? batch_sum(args.kl, int(args.kl_tiles), args.batch, rows, scratch) : 0;
    if (threadIdx.x != 0) {
        return;
    }
    args.metrics[0] = float(ll);
    args.metrics[1] = float(kl);
    if (args.losses != nullptr) {
        args.losses[2 * int64_t(record)] = ll;
        args.losses[2 * int64_t(record) + 1] = kl;
    }
    const double probe = ll + kl;
    if (args.diverged != nullptr && probe - probe != 0) {  // NaN or Inf
        atomic_cas(args.diverged, 0, record + 1);
    }
}
