// Standard normals by Box-Muller; dev.fusedvae.rng.Normals computes the same bits on the CPU.
//
// Floats are computed by fma_rn, mul_rn, add_rn, sqrt_rn and float_rn only, in the order of the Java code. A plain operator on
// floats could be contracted to an fma, so plain operators occur in integer declarations only (KernelSourcesTest checks it).
#pragma once

#include "philox.cuh"

// sqrt(-2 ln u) of u = x 2^-32 + 2^-33. The mantissa is scaled to [2/3, 4/3), so that nothing cancels near u = 1.
DEVICE float normal_radius(uint32_t x) {
    const float unsigned_x = fma_rn(float_rn(int32_t(x >> 16)), 65536.0f, float_rn(int32_t(x & 0xFFFFu)));
    const uint32_t bits = float_bits(fma_rn(unsigned_x, 0x1p-32f, 0x1p-33f));
    const int32_t exponent = int32_t(bits - 0x3F2AAAABu) >> 23;
    const uint32_t mantissa = bits - (uint32_t(exponent) << 23);
    const float f = add_rn(bits_float(mantissa), -1.0f);
    float p = -0x1.07e5fep-3f;  // ln(1 + f) = f + f^2 p(f)
    p = fma_rn(p, f, 0x1.1e73a0p-3f);
    p = fma_rn(p, f, -0x1.f32076p-4f);
    p = fma_rn(p, f, 0x1.1ed424p-3f);
    p = fma_rn(p, f, -0x1.559d36p-3f);
    p = fma_rn(p, f, 0x1.99d05ep-3f);
    p = fma_rn(p, f, -0x1.fffef4p-3f);
    p = fma_rn(p, f, 0x1.555506p-2f);
    p = fma_rn(p, f, -0.5f);
    const float ln = fma_rn(float_rn(exponent), 0x1.62e430p-1f, fma_rn(p, mul_rn(f, f), f));
    return sqrt_rn(mul_rn(-2.0f, ln));
}

struct SineCosine {
    float sine;
    float cosine;
};

// Sine and cosine of 2 pi v, v = (y + 1/2) 2^-32. The angle is the nearest multiple of a quarter turn plus a rest t in quarter
// turns, |t| <= 1/2.
DEVICE SineCosine normal_angle(uint32_t y) {
    const uint32_t quadrant = (y + 0x20000000u) >> 30;
    const int32_t rest = int32_t(y - (quadrant << 30));
    const float t = fma_rn(float_rn(rest), 0x1p-30f, 0x1p-31f);
    const float w = mul_rn(t, t);
    float s = -0x1.2a76e0p-8f;  // sin(pi/2 t) = t s(t^2)
    s = fma_rn(s, w, 0x1.46496ep-4f);
    s = fma_rn(s, w, -0x1.4abb68p-1f);
    s = fma_rn(s, w, 0x1.921fb4p+0f);
    s = mul_rn(s, t);
    float c = 0x1.d49168p-11f;  // cos(pi/2 t) = c(t^2)
    c = fma_rn(c, w, -0x1.55b166p-6f);
    c = fma_rn(c, w, 0x1.03c1aep-2f);
    c = fma_rn(c, w, -0x1.3bd3ccp+0f);
    c = fma_rn(c, w, 1.0f);
    const bool odd = (quadrant & 1u) != 0;
    const uint32_t sine_sign = (quadrant & 2u) << 30;
    const uint32_t cosine_sign = ((quadrant + 1u) & 2u) << 30;
    return {bits_float(float_bits(odd ? c : s) ^ sine_sign), bits_float(float_bits(odd ? s : c) ^ cosine_sign)};
}

// The two normals of words (x, y).
DEVICE SineCosine normal_pair(uint32_t x, uint32_t y) {
    const float radius = normal_radius(x);
    const SineCosine angle = normal_angle(y);
    return {mul_rn(angle.sine, radius), mul_rn(angle.cosine, radius)};
}

struct Quad {
    float value[4];
};

// The normals of columns 4 * quad .. 4 * quad + 3 of `row`.
DEVICE Quad normal_quad(const NoiseStream& stream, uint32_t row, uint32_t quad) {
    const Words words = stream_words(stream, row, quad);
    const SineCosine first = normal_pair(words.word[0], words.word[1]);
    const SineCosine second = normal_pair(words.word[2], words.word[3]);
    return {{first.sine, first.cosine, second.sine, second.cosine}};
}

// The normal of one column. It costs the Philox call of a whole quad.
DEVICE float normal_of(const NoiseStream& stream, uint32_t row, uint32_t column) {
    const Words words = stream_words(stream, row, column >> 2);
    const bool second = (column & 2u) != 0;
    const SineCosine pair = normal_pair(second ? words.word[2] : words.word[0], second ? words.word[3] : words.word[1]);
    return (column & 1u) == 0 ? pair.sine : pair.cosine;
}
