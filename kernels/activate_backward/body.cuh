// dA = dY act'(saved)
#pragma once

#include "../common/activation.cuh"

DEVICE void body(const ActivateBackwardArgs& args, int block, char*) {
    const Element e = element_of(block, rows_of(args), args.n);
    if (e.inside) {
        args.da[e.index] = args.dy[e.index] * activation_slope(args.activation, args.saved[e.index]);
    }
}
