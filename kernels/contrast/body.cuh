// rows[2e] = data[e], rows[2e + 1] = model[e]; as a gradient -data[e] and model[e], divided by the number of live examples.
#pragma once

#include "../common/step.cuh"

DEVICE void body(const ContrastArgs& args, int block, char*) {
    const Element e = element_of(block, rows_of(args), args.n);
    if (!e.inside) {
        return;
    }
    const int64_t row = e.index / args.n;  // [0, 2 live examples)
    const bool model = row % 2 != 0;
    const int64_t from = row / 2 * args.n + e.index % args.n;
    const float value = model ? args.model[from] : args.data[from];
    const float share = args.gradient != 0 ? step_of(args).inv_rows : 1.0f;
    args.rows[e.index] = (args.gradient != 0 && !model ? -share : share) * value;
}
