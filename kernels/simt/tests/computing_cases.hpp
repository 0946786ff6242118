// Cases for correct kernels: schedules, warp operations, cooperative launches.
#pragma once
#include "driver.hpp"

CASE(kernels_computeUnderEverySchedule) {
    for (const char* order : {"forward", "reverse", "random", "random", "random"}) {
        static int seed = 0;
        expect(fvae_simt_schedule(order, unsigned(++seed)), "a known order");
        Session s(modulePath);
        Buffer<float> x(ramp(1000)), y(std::vector<float>(1000)), sums(std::vector<float>(4)), back(std::vector<float>(256));
        ok(s.run("scale", 4, Vectors{x.address, y.address, 1000, 0}));
        for (int i = 0; i < 1000; i++) expectEqual((long long)y.read()[size_t(i)], 2 * i, "y[i]"), i += 37;
        ok(s.run("block_sum", 4, Vectors{x.address, sums.address, 1000, 0}));
        expectEqual((long long)sums.read()[3], (768 + 999) * 232 / 2, "the last block's sum");
        ok(s.run("reverse_async", 1, Vectors{x.address, back.address, 200, 0}, 1024));
        expectEqual((long long)back.read()[56], 199, "element 199, reversed");
        expectEqual((long long)back.read()[55], 0, "a masked copy");
        Buffer<uint32_t> words(std::vector<uint32_t>(2));
        ok(s.run("collectives", 3, Words{words.address, 0, 0, 5}));
        expectEqual(words.read()[0], 3 * 256 * 5, "threads that saw the right votes and shuffles, times 5");
        expectEqual(words.read()[1], 767, "the greatest thread number");
    }
}

CASE(halvesOfAWord_areWrittenApart) {
    Session s(modulePath);
    Buffer<uint32_t> words(std::vector<uint32_t>(2));
    ok(s.run("halves", 1, Words{words.address, 0, 0, 0}));
    expectEqual(words.read()[0], 0x20001, "both halves");
    expectEqual(words.read()[1], 1, "half 0, read while half 1 is written");
}

CASE(cooperativeLaunch_letsBlocksWaitForEachOther_upToTheDevice) {
    Session s(modulePath);
    Buffer<uint32_t> words(std::vector<uint32_t>(20));
    Words args{words.address, 0, 0, 0};
    void* params[] = {&args};
    void* f = s.function("grid_barrier");
    ok(cuLaunchCooperativeKernel(f, 16, 1, 1, 256, 1, 1, 0, nullptr, params));
    for (int b = 0; b < 16; b++) expectEqual(words.read()[size_t(1 + b)], 16, "what a block saw after the barrier");
    int blocks = 0;
    ok(cuOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, f, 256, 0));
    expectEqual(blocks, 4, "blocks of 256 threads with 64 registers on one multiprocessor");
    fvae_simt_multiprocessors(3);
    expectEqual(cuLaunchCooperativeKernel(f, 13, 1, 1, 256, 1, 1, 0, nullptr, params), 720, "a launch of more than 12 blocks");
    expectMessage("13 blocks in a cooperative launch, 12 fit");
    fvae_simt_spins(1000);
    expectEqual(s.run("grid_barrier", 16, args), 719, "waiting for a block that is not resident");
    expectMessage("spin_until at");
}
