// Cases about device memory: copies, use after free, counts, planned failures.
#pragma once
#include "driver.hpp"

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
