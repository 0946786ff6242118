// out = a + b
#pragma once

#include "../common/step.cuh"

DEVICE void body(const AddArgs& args, int block, char*) {
    const Element e = element_of(block, rows_of(args), args.n);
    if (e.inside) {
        args.out[e.index] = args.a[e.index] + args.b[e.index];
    }
}
