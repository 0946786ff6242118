// out = before + beta sign(code) / rows. This is the body of l1_grad and, with a null `before`, of l1_backward.
#pragma once

#include "l1_grad.cuh"

DEVICE void body(const L1GradArgs& args, int block, char*) {
    const StepRecord& step = step_of(args);
    const Element e = element_of(block, step.rows, args.n);
    if (e.inside) {
        const float slope = l1_slope(step, args.code[e.index]);
        args.out[e.index] = args.before != nullptr ? args.before[e.index] + slope : slope;
    }
}
