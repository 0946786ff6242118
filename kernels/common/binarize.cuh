// Random binarization by comparing integers; dev.fusedvae.rng.Binarizer computes the same bits on the CPU.
#pragma once

#include "step.cuh"

// 1 if word < floor(v 2^32 / 255), and always for v = 255. For v < 255 the bound is v * 0x01010101, since 2^32 = 255 * 0x01010101 + 1.
DEVICE float draw_byte(uint32_t word, uint32_t pixel) {
    return pixel == 255u || word < pixel * 0x01010101u ? 1.0f : 0.0f;
}

// 1 if word < floor(x 2^32); the product is exact. Never for x <= 0 and NaN, always for x >= 1.
DEVICE float draw_float(uint32_t word, float pixel) {
    const float bound = mul_rn(pixel, 0x1p32f);
    return bound >= 0x1p32f || (bound > 0.0f && word < uint32_t(bound)) ? 1.0f : 0.0f;
}
