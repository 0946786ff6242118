// s = optimizer(s, sum of its partial gradients over the rows of the batch), for a parameter that all rows share.
#pragma once

#include "../common/optimizer.cuh"
#include "../common/reduce.cuh"

DEVICE void body(const ScalarUpdateArgs& args, int, char* smem) {
    const StepRecord& step = step_of(args);
    const float g = float(batch_sum(args.partials, int(args.tiles), args.batch, step.rows, reinterpret_cast<double*>(smem)));
    if (threadIdx.x == 0) {
        if (args.out != nullptr) {
            *args.out = g;
        }
        optimize(args, step, args.parameter, args.first, args.second, g);
    }
}
