// Cases about products by tensor cores: their operands' rounding, their layouts, who must take part.
#pragma once
#include "driver.hpp"

#include <bit>
#include <cmath>
#include <limits>

/// The law of cvt.rna.tf32.f32, number by number: 10 bits of fraction stay, to nearest, ties away from zero.
CASE(tf32_roundsToNearest_tiesAwayFromZero) {
    const float inf = std::numeric_limits<float>::infinity(), most = std::numeric_limits<float>::max();
    const std::vector<std::pair<float, float>> law = {
        {0.0f, 0.0f}, {-0.0f, -0.0f}, {1.0f, 1.0f}, {-2047.0f, -2047.0f}, {2049.0f, 2050.0f}, {2051.0f, 2052.0f}, {-2049.0f, -2050.0f},
        {0x1.002p0f, 0x1.004p0f}, {0x1.001ffep0f, 0x1p0f}, {0x1.002002p0f, 0x1.004p0f}, {-0x1.006p0f, -0x1.008p0f},
        {0x1.ffep0f, 2.0f}, {0x1.ffdffep0f, 0x1.ffcp0f}, {0x1.ffdffep127f, 0x1.ffcp127f}, {most, inf}, {-most, -inf}, {inf, inf}, {-inf, -inf},
        {0x1p-136f, 0x1p-136f}, {0x1p-137f, 0x1p-136f}, {0x1p-138f, 0.0f}, {-0x1p-149f, -0.0f}};
    Session s(modulePath);
    std::vector<float> inputs;
    for (const auto& [x, rounded] : law) inputs.push_back(x);
    inputs.push_back(std::nanf(""));
    Buffer<float> x(inputs);
    Buffer<uint32_t> y(std::vector<uint32_t>(inputs.size()));
    ok(s.run("round_tf32", 1, Vectors{x.address, y.address, int32_t(inputs.size()), 0}));
    const std::vector<uint32_t> bits = y.read();
    for (size_t i = 0; i < law.size(); i++) expectEqual(bits[i], std::bit_cast<uint32_t>(law[i].second), ("tf32 of number " + std::to_string(i)).c_str());
    expect(std::isnan(std::bit_cast<float>(bits.back())), "NaN of NaN");
}

/// d = 1000 c + a b in whole numbers that differ everywhere, so that an element out of its place shows.
inline void productOf(const char* kernel, int depth, uint32_t ignored) {
    for (const char* order : {"forward", "reverse", "random"}) {
        fvae_simt_schedule(order, 5);
        Session s(modulePath);
        std::vector<float> x, c, wanted;
        for (int i = 0; i < 24 * depth; i++) x.push_back(float((i * 37 + i / 8 * 11) % 101 - 50));
        for (int i = 0; i < 16 * 8; i++) {
            c.push_back(float(i));
            float sum = 1000.0f * float(i);
            for (int k = 0; k < depth; k++) sum += x[size_t(i / 8 * depth + k)] * x[size_t(16 * depth + k * 8 + i % 8)];
            wanted.push_back(sum);
        }
        for (float& v : x) v = std::bit_cast<float>(std::bit_cast<uint32_t>(v) | ignored);
        Buffer<float> operands(x), y(c);
        ok(s.run(kernel, 1, Vectors{operands.address, y.address, 0, 0}));
        const std::vector<float> got = y.read();
        for (size_t i = 0; i < got.size(); i++) expectEqual((long long)got[i], (long long)wanted[i], (std::string(kernel) + " at " + std::to_string(i)).c_str());
    }
}

CASE(tensorCores_multiplyInTheLayoutsOfPtx) {
    productOf("product_tf32", 8, 0);
    productOf("product_tf32", 8, 0x1fff);      // the bits that tf32 does not have
    productOf("product_bf16", 16, 0);
}

CASE(productByHalfAWarp_isReported) {
    Session s(modulePath);
    Buffer<float> x(ramp(256)), y(std::vector<float>(256));
    expectEqual(s.run("half_warp_product", 1, Vectors{x.address, y.address, 0, 0}), 719, "half a warp");
    expectMessage("while lanes of its warp wait in mma_tf32");
}
