// Black or white from grey by an integer law, the twin of dev.fusedvae.rng.Binarizer.
#pragma once

#include "step.cuh"

// One where word < floor(v 2^32 / 255); 2^32 = 255 * 0x01010101 + 1, so that is v in each byte, and 255 always one.
DEVICE float draw_byte(uint32_t word, uint32_t pixel) {
    return pixel == 255u || word < pixel * 0x01010101u ? 1.0f : 0.0f;
}

// One where word < floor(x 2^32): the product is exact; below 0 and NaN never, from 1 on always.
DEVICE float draw_float(uint32_t word, float pixel) {
    const float bound = mul_rn(pixel, 0x1p32f);
    return bound >= 0x1p32f || (bound > 0.0f && word < uint32_t(bound)) ? 1.0f : 0.0f;
}
