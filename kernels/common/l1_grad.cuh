// The gradient of the L1 norm of a code, beta sign(code) / rows.
#pragma once

#include "step.cuh"

DEVICE float l1_slope(const StepRecord& step, float code) {
    const float sign = code > 0 ? 1.0f : code < 0 ? -1.0f : code;  // 0 for 0, NaN for NaN
    return step.beta * step.inv_rows * sign;
}
