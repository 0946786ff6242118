// y = a + b, b broadcast over rows.
#pragma once

#include "../common/step.cuh"

DEVICE void body(const AddBiasArgs& args, int block, char*) {
    const Element e = element_of(block, rows_of(args), args.n);
    if (e.inside) {
        args.y[e.index] = args.a[e.index] + args.bias[e.index % args.n];
    }
}
