// Philox4x32-10, in integers only; dev.fusedvae.rng.Philox and Stream compute the same words on the CPU.
// Source: Salmon, Moraes, Dror, Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011.
#pragma once

#include "step.cuh"

constexpr uint32_t PHILOX_M0 = 0xD2511F53u;
constexpr uint32_t PHILOX_M1 = 0xCD9E8D57u;
constexpr uint32_t PHILOX_W0 = 0x9E3779B9u;
constexpr uint32_t PHILOX_W1 = 0xBB67AE85u;
constexpr int PHILOX_ROUNDS = 10;

struct Words {
    uint32_t word[4];
};

DEVICE Words philox(uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t k0, uint32_t k1) {
#pragma unroll
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        const uint32_t p = mul_hi(PHILOX_M0, c0);
        const uint32_t q = mul_hi(PHILOX_M1, c2);
        const uint32_t low = PHILOX_M0 * c0;
        c0 = q ^ c1 ^ k0;
        c1 = PHILOX_M1 * c2;
        c2 = p ^ c3 ^ k1;
        c3 = low;
        k0 += PHILOX_W0;
        k1 += PHILOX_W1;
    }
    return {{c0, c1, c2, c3}};
}

// A stream of random words at one step: key0 and key1 are the seed, `site` is purpose << 24 | site << 16.
struct NoiseStream {
    uint32_t key0;
    uint32_t key1;
    uint32_t site;
    uint32_t step_lo;
    uint32_t step_hi;  // bits 32..47 of the step
};

template <class Args> DEVICE NoiseStream stream_of(const Args& args, const StepRecord& step) {
    return {args.key0, args.key1, args.site, step.step_lo, step.step_hi};
}

// The words of columns 4 * quad .. 4 * quad + 3 of `row`.
DEVICE Words stream_words(const NoiseStream& stream, uint32_t row, uint32_t quad) {
    return philox(quad, row, stream.step_lo, stream.site | (stream.step_hi & 0xFFFFu), stream.key0, stream.key1);
}
