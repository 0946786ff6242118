// Cases for kernels with a planted fault: each fault must be found and named.
#pragma once
#include "driver.hpp"

#include <cmath>

CASE(missingBarrier_readsNaN) {
    for (const char* order : {"forward", "reverse", "random"}) {
        fvae_simt_schedule(order, 3);
        Session s(modulePath);
        Buffer<float> x(ramp(256)), y(std::vector<float>(256));
        ok(s.run("missing_barrier", 1, Vectors{x.address, y.address, 256, 0}));
        int wrong = 0;
        for (float v : y.read()) wrong += std::isnan(v);
        expect(wrong >= 96, "NaN where an element was read before it was written");
    }
}

CASE(missingWaitForAsyncCopy_readsNaN) {
    Session s(modulePath);
    Buffer<float> x(ramp(256)), y(std::vector<float>(256));
    ok(s.run("missing_wait", 1, Vectors{x.address, y.address, 256, 0}, 1024));
    for (float v : y.read()) expect(std::isnan(v), "NaN in every element");
}

CASE(deadlock_namesThreadsAndLines) {
    Session s(modulePath);
    Buffer<uint32_t> words(std::vector<uint32_t>(1));
    expectEqual(s.run("deadlock", 1, Words{words.address, 0, 0, 0}), 719, "result of a deadlock");
    expectMessage("deadlock");
    expectMessage("40 threads wait in sync at tests/kernels.cu:83 (first: block (0,0,0) thread (0,0,0)); 24 threads wait in warp_sync at tests/kernels.cu:85");
    expectEqual(cuCtxSynchronize(), 719, "every later call");
}

CASE(spinWithoutEnd_isReported) {
    fvae_simt_spins(1000);
    Session s(modulePath);
    Buffer<uint32_t> words(std::vector<uint32_t>(1));
    expectEqual(s.run("deadlock", 1, Words{words.address, 0, 0, 1}), 719, "result of an endless loop");
    expectMessage("no end after 1000 turns of spin_until at tests/kernels.cu:84");
}

/// Runs `kernel` in a session of its own and expects this fault.
inline void caught(const char* kernel, int n, unsigned dynamic, int result, const char* part) {
    Session s(modulePath);
    Buffer<float> x(ramp(256)), y(std::vector<float>(256));
    expectEqual(s.run(kernel, 1, Vectors{x.address, y.address, n, 0}, dynamic), result, kernel);
    expectMessage(part);
}

CASE(divergence_isReported) {
    caught("two_barriers", 0, 0, 719, "threads of one block meet at different barriers");
    caught("half_warp_shuffle", 0, 0, 719, "while lanes of its warp wait in warp_shuffle_xor");
    caught("early_return", 0, 0, 719, "this thread has returned while lanes of its warp wait");
}

CASE(sharedOverrun_isReported) {
    caught("shared_overrun", 1, 0, 719, "shared memory written outside `tile` (1024 bytes), 0 bytes past its end, block (0,0,0)");
    caught("misaligned_async", 0, 1024, 719, "multiples of its size");
    caught("uses_dynamic", 0, 0, 719, "dynamic shared memory is used");
}

CASE(globalOverrun_isReported) { caught("global_overrun", 1, 0, 700, "device memory written outside a buffer of 1024 bytes"); }

CASE(guardInsideAnArena_isWatched) {
    Session s(modulePath);
    Buffer<float> x(ramp(256)), arena(std::vector<float>(1024));
    ok(fvae_simt_guard(arena.address + 1024, 64));
    expectEqual(fvae_simt_guard(arena.address + 4095, 64), 1, "a guard past the buffer");
    ok(s.run("scale", 1, Vectors{x.address, arena.address, 256, 0}));
    expectEqual(s.run("global_overrun", 1, Vectors{x.address, arena.address, 1, 0}), 700, "a write into the guard");
    expectMessage("global_overrun: device memory written in the guard zone at offset 1024 of a buffer of 4096 bytes");
}

CASE(globalOverread_givesNaN) {
    Session s(modulePath);
    Buffer<float> x(ramp(256)), y(std::vector<float>(256));
    ok(s.run("global_overread", 1, Vectors{x.address, y.address, 1, 0}));
    expect(std::isnan(y.read()[255]), "NaN from beyond the buffer");
}

CASE(halfWrittenWhileItIsRead_showsInTheSchedule) {
    std::vector<uint32_t> read;
    for (const char* order : {"forward", "reverse"}) {
        fvae_simt_schedule(order, 1);
        Session s(modulePath);
        Buffer<uint32_t> words(std::vector<uint32_t>(2));
        ok(s.run("halves", 1, Words{words.address, 0, 1, 0}));
        read.push_back(words.read()[1]);
    }
    expect(read == std::vector<uint32_t>{3, 1}, "half 0 after and before its second write");
}

CASE(hazardBetweenBlocks_showsInTheSchedule) {
    std::vector<std::vector<float>> results;
    for (const char* order : {"forward", "reverse"}) {
        fvae_simt_schedule(order, 1);
        Session s(modulePath);
        Buffer<float> y(std::vector<float>(8));
        ok(s.run("block_hazard", 8, Vectors{0, y.address, 0, 0}));
        results.push_back(y.read());
    }
    expect(results[0] != results[1], "different results forward and reverse");
}
