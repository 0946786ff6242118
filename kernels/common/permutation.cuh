// The order of the examples in an epoch: a Feistel network with cycle walking (a result outside [0, n) goes through the network
// again). dev.fusedvae.rng.Permutation computes the same order on the CPU.
#pragma once

#include "philox.cuh"

constexpr int PERMUTATION_ROUNDS = 12;
constexpr uint32_t SHUFFLE_SITE = 2u << 24;  // Purpose.SHUFFLE, site 0

// MurmurHash3's finalizer without its first xorshift (Appleby, public domain).
DEVICE uint32_t permutation_mix(uint32_t h) {
    h *= 0x85EBCA6Bu;
    h ^= h >> 13;
    h *= 0xC2B2AE35u;
    return h ^ h >> 16;
}

// The example at `position` of the epoch, both in [0, n); n >= 1.
DEVICE uint32_t permuted(uint32_t key0, uint32_t key1, uint32_t epoch, uint32_t n, uint32_t position) {
    const NoiseStream stream = {key0, key1, SHUFFLE_SITE, epoch, 0};
    const Words first = stream_words(stream, 0, 0);
    const Words second = stream_words(stream, 0, 1);
    const int bits = 32 - __clz(int(n - 1));
    const int half = bits <= 8 ? 4 : (bits + 1) / 2;
    const uint32_t mask = (1u << half) - 1u;
    uint32_t x = position;
    do {
        uint32_t left = x >> half;
        uint32_t right = x & mask;
#pragma unroll
        for (int round = 0; round < PERMUTATION_ROUNDS; round++) {
            const uint32_t word = (round & 4) == 0 ? first.word[round & 3] : second.word[round & 3];
            const uint32_t key = word + uint32_t(round) * PHILOX_W0;
            const uint32_t next = left ^ (permutation_mix(right ^ key) & mask);
            left = right;
            right = next;
        }
        x = left << half | right;
    } while (x >= n);
    return x;
}
