// Cases about device memory: copies, use after free, counts, planned failures.
#pragma once
#include "driver.hpp"

#include <sys/resource.h>

CASE(copies_areCheckedAgainstTheirBuffer) {
    Session s(modulePath);
    std::vector<float> host(300);
    Buffer<float> b(ramp(256));
    expectEqual(cuMemcpyHtoD_v2(b.address + 16, host.data(), 1024), 1, "a copy past the end");
    expectMessage("1024 bytes at offset 16 end 16 bytes past a buffer of 1024");
    expectEqual(cuMemcpyDtoH_v2(host.data(), 4096, 4), 1, "a copy from nowhere");
    expectEqual(cuMemsetD32_v2(b.address + 2, 0, 1), 1, "a misaligned fill");
    Address freed = 0;
    ok(cuMemAlloc_v2(&freed, 64));
    ok(cuMemFree_v2(freed));
    expectEqual(cuMemcpyHtoD_v2(freed, host.data(), 64), 1, "a copy to a freed buffer");
    expectMessage("was freed");
    expectEqual(cuMemFree_v2(freed), 1, "freeing twice");
}

CASE(bufferFreedBeforeItsWorkRan_isReported) {
    Session s(modulePath);
    void* stream = nullptr;
    ok(cuStreamCreate(&stream, 1));
    std::vector<float> host(256);
    Address a = 0;
    ok(cuMemAlloc_v2(&a, 1024));
    ok(cuMemcpyHtoDAsync_v2(a, host.data(), 1024, stream));
    ok(cuMemFree_v2(a));
    expectEqual(cuStreamSynchronize(stream), 700, "a copy to memory freed since");
    expectMessage("after its memory was freed");
}

CASE(kernelWritingToAFreedBuffer_isReported) {
    Session s(modulePath);
    Buffer<float> x(ramp(256));
    Address a = 0;
    ok(cuMemAlloc_v2(&a, 1024));
    ok(s.launch("scale", 1, Vectors{x.address, a, 256, 0}));
    ok(cuMemFree_v2(a));
    expectEqual(cuCtxSynchronize(), 700, "a write after free");
    expectMessage("was written after it was freed");
}

CASE(workLeftToTheModulesEnd_isCheckedToo) {
    Session s(modulePath);
    Buffer<float> x(ramp(256));
    Address a = 0;
    ok(cuMemAlloc_v2(&a, 1024));
    ok(s.launch("scale", 1, Vectors{x.address, a, 256, 0}));
    ok(cuMemFree_v2(a));
    expectEqual(cuModuleUnload(s.module), 700, "unloading with work undone that writes to freed memory");
}

CASE(memory_isCountedAndLeaksAreTold) {
    long before = fvae_simt_count("leaked");
    {
        Session s(modulePath);
        Address a = 0;
        ok(cuMemAlloc_v2(&a, 1000));
        expectEqual(fvae_simt_count("allocations"), 1, "allocations");
        expectEqual(fvae_simt_count("bytes"), 1000, "bytes");
        expectEqual(fvae_simt_count("modules"), 1, "modules");
        Address b = 0;
        expectEqual(cuMemAlloc_v2(&b, size_t(1) << 40), 2, "a terabyte");
    }
    expectEqual(fvae_simt_count("leaked") - before, 1, "buffers that the context took with it");
    expectEqual(fvae_simt_count("allocations"), 0, "allocations after the context");
    expectEqual(fvae_simt_count("nothing"), -1, "an unknown counter");
}

CASE(nthCall_canBeToldToFail) {
    Session s(modulePath);
    Address a = 0, b = 0;
    fvae_simt_fail_at(2, 2);
    ok(cuMemAlloc_v2(&a, 64));
    expectEqual(cuMemAlloc_v2(&b, 64), 2, "the second call");
    expectMessage("cuMemAlloc: told to fail");
    ok(cuMemAlloc_v2(&b, 64));
    ok(cuMemFree_v2(a));
    ok(cuMemFree_v2(b));
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/// Bytes of address space that this process holds.
inline rlim_t addressSpace() {
    FILE* file = std::fopen("/proc/self/statm", "r");
    unsigned long pages = 0;
    expect(file != nullptr && std::fscanf(file, "%lu", &pages) == 1, "a size in /proc/self/statm");
    std::fclose(file);
    return rlim_t(pages) * 4096;
}

CASE(launchAfterOneThatTheHostHadNoRoomFor_startsAfresh) {
    Session s(modulePath);
    Buffer<float> x(ramp(256)), sums(std::vector<float>(16));
    fvae_simt_multiprocessors(4);
    Vectors args{x.address, sums.address, 256, 0};
    void* params[] = {&args};
    auto run = [&] {                                                 // all 4096 threads wait at once: more stacks than any case before took
        int r = cuLaunchCooperativeKernel(s.function("block_sum"), 16, 1, 1, 256, 1, 1, 0, nullptr, params);
        return r != 0 ? r : cuCtxSynchronize();
    };
    rlimit before{};
    getrlimit(RLIMIT_AS, &before);
    rlimit tight{addressSpace() + (4 << 20), before.rlim_max};
    setrlimit(RLIMIT_AS, &tight);
    int starved = run();
    setrlimit(RLIMIT_AS, &before);
    expectEqual(starved, 2, "a launch without room for its stacks");
    expectMessage("the host is out of memory");
    ok(run());
    expectEqual((long long)sums.read()[0], 255 * 128, "the first block's sum");
}
#endif
