// y = act(a)
#pragma once

#include "../common/activation.cuh"

DEVICE void body(const ActivateArgs& args, int block, char*) {
    const Element e = element_of(block, rows_of(args), args.n);
    if (e.inside) {
        args.y[e.index] = activation_value(args.activation, args.a[e.index]);
    }
}
