// out[row] = weights[row] dY[row], or weights[row]^2 dY[row]; dY may be the partials of one column.
#pragma once

#include "../common/reduce.cuh"

DEVICE void body(const WeightRowsArgs& args, int block, char*) {
    const Element e = element_of(block, rows_of(args), args.n);
    if (!e.inside) {
        return;
    }
    const int64_t row = e.index / args.n;
    const float w = args.weights[row];
    const float dy = args.tiles > 0 ? float(partials_sum(args.dy, int(args.tiles), args.batch, row)) : args.dy[e.index];
    args.out[e.index] = dy * (args.squared != 0 ? w * w : w);
}
