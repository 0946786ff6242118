// Tests of the SIMT device through the driver API: `device_test MODULE [case...]`, or `device_test --list`.
#include "../host_work.hpp"
#include "driver.hpp"
#include "tensor_cores.hpp"

#include <cmath>
#include <ctime>
#include <fstream>
#include <iterator>
#include <thread>

namespace {

std::string modulePath;

// ---- kernels compute ----

void kernels_computeUnderEverySchedule() {
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

void cooperativeLaunch_letsBlocksWaitForEachOther_upToTheDevice() {
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

// ---- planted faults ----

void missingBarrier_readsNaN() {
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

void missingWaitForAsyncCopy_readsNaN() {
    Session s(modulePath);
    Buffer<float> x(ramp(256)), y(std::vector<float>(256));
    ok(s.run("missing_wait", 1, Vectors{x.address, y.address, 256, 0}, 1024));
    for (float v : y.read()) expect(std::isnan(v), "NaN in every element");
}

void deadlock_namesThreadsAndLines() {
    Session s(modulePath);
    Buffer<uint32_t> words(std::vector<uint32_t>(1));
    expectEqual(s.run("deadlock", 1, Words{words.address, 0, 0, 0}), 719, "result of a deadlock");
    expectMessage("deadlock");
    expectMessage("40 threads wait in sync at tests/kernels.cu:83 (first: block (0,0,0) thread (0,0,0)); 24 threads wait in warp_sync at tests/kernels.cu:85");
    expectEqual(cuCtxSynchronize(), 719, "every later call");
}

void spinWithoutEnd_isReported() {
    fvae_simt_spins(1000);
    Session s(modulePath);
    Buffer<uint32_t> words(std::vector<uint32_t>(1));
    expectEqual(s.run("deadlock", 1, Words{words.address, 0, 0, 1}), 719, "result of an endless loop");
    expectMessage("no end after 1000 turns of spin_until at tests/kernels.cu:84");
}

/// Runs `kernel` in a session of its own and expects this fault.
void caught(const char* kernel, int n, unsigned dynamic, int result, const char* part) {
    Session s(modulePath);
    Buffer<float> x(ramp(256)), y(std::vector<float>(256));
    expectEqual(s.run(kernel, 1, Vectors{x.address, y.address, n, 0}, dynamic), result, kernel);
    expectMessage(part);
}

void divergence_isReported() {
    caught("two_barriers", 0, 0, 719, "threads of one block meet at different barriers");
    caught("half_warp_shuffle", 0, 0, 719, "while lanes of its warp wait in warp_shuffle_xor");
    caught("early_return", 0, 0, 719, "this thread has returned while lanes of its warp wait");
}

void sharedOverrun_isReported() {
    caught("shared_overrun", 1, 0, 719, "shared memory written outside `tile` (1024 bytes), 0 bytes past its end, block (0,0,0)");
    caught("misaligned_async", 0, 1024, 719, "multiples of its size");
    caught("uses_dynamic", 0, 0, 719, "dynamic shared memory is used");
}

void globalOverrun_isReported() { caught("global_overrun", 1, 0, 700, "device memory written outside a buffer of 1024 bytes"); }

void guardInsideAnArena_isWatched() {
    Session s(modulePath);
    Buffer<float> x(ramp(256)), arena(std::vector<float>(1024));
    ok(fvae_simt_guard(arena.address + 1024, 64));
    expectEqual(fvae_simt_guard(arena.address + 4095, 64), 1, "a guard past the buffer");
    ok(s.run("scale", 1, Vectors{x.address, arena.address, 256, 0}));
    expectEqual(s.run("global_overrun", 1, Vectors{x.address, arena.address, 1, 0}), 700, "a write into the guard");
    expectMessage("global_overrun: device memory written in the guard zone at offset 1024 of a buffer of 4096 bytes");
}

void globalOverread_givesNaN() {
    Session s(modulePath);
    Buffer<float> x(ramp(256)), y(std::vector<float>(256));
    ok(s.run("global_overread", 1, Vectors{x.address, y.address, 1, 0}));
    expect(std::isnan(y.read()[255]), "NaN from beyond the buffer");
}

void hazardBetweenBlocks_showsInTheSchedule() {
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

// ---- memory ----

void copies_areCheckedAgainstTheirBuffer() {
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

void bufferFreedBeforeItsWorkRan_isReported() {
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

void kernelWritingToAFreedBuffer_isReported() {
    Session s(modulePath);
    Buffer<float> x(ramp(256));
    Address a = 0;
    ok(cuMemAlloc_v2(&a, 1024));
    ok(s.launch("scale", 1, Vectors{x.address, a, 256, 0}));
    ok(cuMemFree_v2(a));
    expectEqual(cuCtxSynchronize(), 700, "a write after free");
    expectMessage("was written after it was freed");
}

void workLeftToTheModulesEnd_isCheckedToo() {
    Session s(modulePath);
    Buffer<float> x(ramp(256));
    Address a = 0;
    ok(cuMemAlloc_v2(&a, 1024));
    ok(s.launch("scale", 1, Vectors{x.address, a, 256, 0}));
    ok(cuMemFree_v2(a));
    expectEqual(cuModuleUnload(s.module), 700, "unloading with work undone that writes to freed memory");
}

void memory_isCountedAndLeaksAreTold() {
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

void nthCall_canBeToldToFail() {
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

// ---- modules and launches ----

void modules_loadFromBytes_andForeignOnesAreRefused() {
    Session s(modulePath);
    std::ifstream file(modulePath, std::ios::binary);
    std::vector<char> image((std::istreambuf_iterator<char>(file)), {});
    void* m = nullptr;
    void* f = nullptr;
    ok(cuModuleLoadData(&m, image.data()));
    ok(cuModuleGetFunction(&f, m, "scale"));
    expectEqual(cuModuleGetFunction(&f, m, "nothing"), 500, "an unknown kernel");
    ok(cuModuleUnload(m));
    std::vector<char> cubin = image;
    cubin[18] = char(190);
    expectEqual(cuModuleLoadData(&m, cubin.data()), 209, "a cubin");
    expectEqual(cuModuleLoadData(&m, "//\n// Generated by NVIDIA NVVM Compiler\n.version 8.5 and more of the like, long enough"), 209, "PTX");
    std::vector<char> zeros(4096);
    expectEqual(cuModuleLoadData(&m, zeros.data()), 200, "rubbish");
    expectEqual(cuModuleLoad(&m, "/nowhere.so"), 500, "a missing file");
}

void launches_areCheckedAsTheDriverDoes() {
    Session s(modulePath);
    Buffer<float> x(ramp(256)), y(std::vector<float>(256));
    Vectors args{x.address, y.address, 256, 0};
    void* params[] = {&args};
    void* f = s.function("scale");
    expectEqual(cuLaunchKernel(f, 1, 1, 1, 512, 1, 1, 0, nullptr, params, nullptr), 701, "more threads than the launch bound");
    expectEqual(cuLaunchKernel(f, 0, 1, 1, 256, 1, 1, 0, nullptr, params, nullptr), 1, "an empty grid");
    expectEqual(cuLaunchKernel(f, 1, 1, 1, 256, 1, 1, 50000, nullptr, params, nullptr), 1, "much shared memory without leave");
    ok(cuFuncSetAttribute(f, 8, 50000));
    ok(cuLaunchKernel(f, 1, 1, 1, 256, 1, 1, 50000, nullptr, params, nullptr));
    size_t bytes = sizeof args;
    void* extra[] = {reinterpret_cast<void*>(1), &args, reinterpret_cast<void*>(2), &bytes, nullptr};
    ok(cuLaunchKernel(f, 1, 1, 1, 256, 1, 1, 0, nullptr, nullptr, extra));
    ok(cuCtxSynchronize());
    bytes = 20;
    expectEqual(cuLaunchKernel(f, 1, 1, 1, 256, 1, 1, 0, nullptr, nullptr, extra), 1, "an args struct of another size");
    expectMessage("scale takes 24 bytes of arguments, got 20");
    void* texture = nullptr;
    expectEqual(cuTexRefCreate(&texture), 801, "what the device does not do");
}

// ---- streams, events, graphs ----

void streams_areLazy_andReadHostMemoryLate() {
    Session s(modulePath);
    void* stream = nullptr;
    ok(cuStreamCreate(&stream, 1));
    Buffer<float> x(std::vector<float>(256)), y(std::vector<float>(256));
    std::vector<float> host(256, 1.0f);
    ok(cuMemcpyHtoDAsync_v2(x.address, host.data(), 1024, stream));
    ok(s.launch("scale", 1, Vectors{x.address, y.address, 256, 0}, 0, stream));
    expectEqual(fvae_simt_count("pendingTasks"), 2, "tasks before anybody asks");
    expectEqual(cuStreamQuery(stream), 600, "the first poll");
    host.assign(256, 5.0f);
    ok(cuStreamSynchronize(stream));
    expectEqual((long long)y.read()[0], 2, "twice what the copy took at the first poll");
    ok(cuMemcpyHtoDAsync_v2(x.address, host.data(), 1024, stream));
    host.assign(256, 7.0f);                             // reused too early: seen
    ok(cuStreamSynchronize(stream));
    expectEqual((long long)x.read()[0], 7, "the host buffer at the time of the copy");
    ok(cuStreamDestroy_v2(stream));
}

// Each waits for the one before, so that one at a time is ready: looking for it among all took 13 s.
void manyTasks_areNotSearchedThrough_inAnyOrder() {
    Session s(modulePath);
    void* stream = nullptr;
    ok(cuStreamCreate(&stream, 1));
    Buffer<uint32_t> x(std::vector<uint32_t>(4));
    for (const char* order : {"forward", "reverse", "random"}) {
        fvae_simt_schedule(order, 7);
        for (unsigned i = 0; i < 16000; i++) ok(cuMemsetD32Async(x.address, i, 4, stream));
        std::clock_t start = std::clock();              // of this process, whatever else runs
        ok(cuStreamSynchronize(stream));
        expect(std::clock() - start < 2 * CLOCKS_PER_SEC, "16000 tasks in less than 2 s");
        expectEqual(x.read()[0], 15999, "what the last one wrote");
    }
    ok(cuStreamDestroy_v2(stream));
}

void streamsWithoutAnEvent_runInAnyOrder_withOneInThatOrder() {
    std::map<uint32_t, int> seen;
    for (unsigned seed = 1; seed <= 16; seed++) {
        fvae_simt_schedule("random", seed);
        for (bool ordered : {false, true}) {
            Session s(modulePath);
            void *a = nullptr, *b = nullptr, *event = nullptr;
            ok(cuStreamCreate(&a, 1));
            ok(cuStreamCreate(&b, 1));
            ok(cuEventCreate(&event, 0));
            Buffer<uint32_t> words(std::vector<uint32_t>(3));
            ok(s.launch("count", 1, Words{words.address, 0, 0, 9}, 0, a));
            if (ordered) {
                ok(cuEventRecord(event, a));
                ok(cuStreamWaitEvent(b, event, 0));
            }
            ok(s.launch("copy_word", 1, Words{words.address, 0, 0, 0}, 0, b));
            ok(cuCtxSynchronize());
            uint32_t copied = words.read()[1];
            if (ordered) expectEqual(copied, 9, "the word after the event");
            else seen[copied]++;
        }
    }
    expectEqual((long long)seen.size(), 2, "outcomes of two streams that race");
}

void graph_replays_withTheArgumentsOfItsCapture() {
    Session s(modulePath);
    void *stream = nullptr, *side = nullptr, *fork = nullptr, *join = nullptr, *graph = nullptr, *executable = nullptr;
    ok(cuStreamCreate(&stream, 1));
    ok(cuStreamCreate(&side, 1));
    ok(cuEventCreate(&fork, 0));
    ok(cuEventCreate(&join, 0));
    Buffer<uint32_t> words(std::vector<uint32_t>(2));
    ok(cuStreamBeginCapture_v2(stream, 0));
    ok(s.launch("count", 1, Words{words.address, 0, 0, 3}, 0, stream));
    ok(cuEventRecord(fork, stream));
    ok(cuStreamWaitEvent(side, fork, 0));
    ok(s.launch("count", 2, Words{words.address, 0, 0, 10}, 0, side));
    ok(cuEventRecord(join, side));
    ok(cuStreamWaitEvent(stream, join, 0));
    ok(cuStreamEndCapture(stream, &graph));
    expectEqual(words.read()[0], 0, "nothing ran during the capture");
    size_t nodes = 0;
    ok(cuGraphGetNodes(graph, nullptr, &nodes));
    expectEqual((long long)nodes, 2, "nodes");
    ok(cuGraphInstantiateWithFlags(&executable, graph, 0));
    ok(cuGraphDestroy(graph));
    for (int i = 0; i < 5; i++) ok(cuGraphLaunch(executable, stream));
    ok(cuStreamSynchronize(stream));
    expectEqual(words.read()[0], 65, "five replays");
    expectEqual(words.read()[1], 50, "five replays of the side stream");
    ok(cuGraphExecDestroy(executable));
}

struct Sum { Address words; uint32_t value; };

int addOnHost(void* stream, Sum sum, size_t bytes) {
    SimtSpan span{sum.words, bytes};
    SimtHostWork work{"addOnHost", [](const void* args) {
        const Sum& s = *static_cast<const Sum*>(args);
        reinterpret_cast<uint32_t*>(uintptr_t(s.words))[0] = reinterpret_cast<uint32_t*>(uintptr_t(s.words))[0] * 10 + s.value;
    }, &sum, sizeof sum, &span, 1};
    return fvae_simt_enqueue(stream, &work);
}

void hostWork_runsInStreamOrder_lazily_andInReplays() {
    for (const char* order : {"forward", "reverse", "random"}) {
        fvae_simt_schedule(order, 5);
        Session s(modulePath);
        void *stream = nullptr, *graph = nullptr, *executable = nullptr;
        ok(cuStreamCreate(&stream, 1));
        Buffer<uint32_t> words(std::vector<uint32_t>(1));
        long before = fvae_simt_count("libraryCalls");
        ok(addOnHost(stream, {words.address, 1}, 4));
        ok(s.launch("count", 1, Words{words.address, 0, 0, 1}, 0, stream));
        ok(addOnHost(stream, {words.address, 3}, 4));
        expectEqual(fvae_simt_count("libraryCalls") - before, 0, "calls that ran before anybody waited");
        ok(cuStreamSynchronize(stream));
        expectEqual(words.read()[0], 23, "one, plus one, then a three");
        ok(cuStreamBeginCapture_v2(stream, 0));
        ok(addOnHost(stream, {words.address, 7}, 4));
        ok(cuStreamEndCapture(stream, &graph));
        ok(cuGraphInstantiateWithFlags(&executable, graph, 0));
        ok(cuGraphLaunch(executable, stream));
        ok(cuGraphLaunch(executable, stream));
        ok(cuStreamSynchronize(stream));
        expectEqual(words.read()[0], 2377, "two replays");
        expectEqual(fvae_simt_count("libraryCalls") - before, 4, "calls that ran");
    }
}

void hostWorkBeyondItsBuffer_isReported() {
    Session s(modulePath);
    Buffer<uint32_t> words(std::vector<uint32_t>(4));
    ok(addOnHost(nullptr, {words.address, 1}, 4096));
    expectEqual(cuCtxSynchronize(), 700, "work that says it touches more than the buffer");
    expectMessage("addOnHost");
}

void capture_refusesWhatTheDriverRefuses() {
    Session s(modulePath);
    void *stream = nullptr, *side = nullptr, *event = nullptr, *graph = nullptr;
    Buffer<uint32_t> words(std::vector<uint32_t>(2));
    const std::function<int()> unsafe[] = {
        [&] { Address a; return cuMemAlloc_v2(&a, 64); },
        [&] { uint32_t w; return cuMemcpyDtoH_v2(&w, words.address, 4); },
        [&] { return cuCtxSynchronize(); },
        [&] { return cuStreamSynchronize(stream); },
        [&] { return cuStreamQuery(stream); }};
    ok(cuStreamCreate(&stream, 1));
    for (const auto& call : unsafe) {
        ok(cuStreamBeginCapture_v2(stream, 0));
        expectEqual(call(), 900, "a call that a capture forbids");
        expectEqual(cuStreamEndCapture(stream, &graph), 901, "the capture after it");
    }
    ok(cuStreamCreate(&side, 1));
    ok(cuEventCreate(&event, 0));
    ok(cuStreamBeginCapture_v2(stream, 0));
    ok(cuEventRecord(event, stream));
    ok(cuStreamWaitEvent(side, event, 0));
    ok(s.launch("count", 1, Words{words.address, 0, 0, 1}, 0, side));
    expectEqual(cuStreamEndCapture(stream, &graph), 904, "a capture with a stream not joined back");
    ok(cuMemsetD32_v2(words.address, 0, 2));
}

// ---- tensor cores: see tensor_cores.hpp ----

void tf32_roundsToNearest_tiesAwayFromZero() { ::tf32_roundsToNearest_tiesAwayFromZero(modulePath); }
void tensorCores_multiplyInTheLayoutsOfPtx() { ::tensorCores_multiplyInTheLayoutsOfPtx(modulePath); }
void productByHalfAWarp_isReported() { ::productByHalfAWarp_isReported(modulePath); }

void threadLocalCapture_forbidsItsOwnThreadOnly() {
    Session s(modulePath);
    void *stream = nullptr, *graph = nullptr;
    void* context = nullptr;
    ok(cuCtxGetCurrent(&context));
    ok(cuStreamCreate(&stream, 1));
    auto elsewhere = [&](const std::function<int()>& call) {
        int r = -1;
        std::thread([&] { r = cuCtxSetCurrent(context); if (r == 0) r = call(); }).join();
        return r;
    };
    const std::function<int()> unsafe = [] { return cuCtxSynchronize(); };
    ok(cuStreamBeginCapture_v2(stream, 1));
    ok(elsewhere(unsafe));
    expectEqual(elsewhere([&] { return cuStreamEndCapture(stream, &graph); }), 908, "the end of a capture by another thread");
    ok(cuStreamEndCapture(stream, &graph));
    ok(cuGraphDestroy(graph));
    ok(cuStreamBeginCapture_v2(stream, 1));
    expectEqual(unsafe(), 900, "a call that a capture forbids to its thread");
    expectEqual(cuStreamEndCapture(stream, &graph), 901, "the capture after it");
    ok(cuStreamBeginCapture_v2(stream, 0));
    expectEqual(elsewhere(unsafe), 900, "a call that a global capture forbids to every thread");
    expectEqual(cuStreamEndCapture(stream, &graph), 901, "the capture after it");
}

/// Each with a stream, an event and memory of its own, and one polling what it waits for.
void threads_callAtOnce() {
    Session s(modulePath);
    void* f = s.function("scale");
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; t++) {
        threads.emplace_back([&, t] {
            ok(cuCtxSetCurrent(s.context));
            void *stream = nullptr, *event = nullptr;
            ok(cuStreamCreate(&stream, 1));
            ok(cuEventCreate(&event, 0));
            for (int i = 0; i < 20; i++) {
                Buffer<float> x(ramp(256)), y(std::vector<float>(256));
                Vectors args{x.address, y.address, 256, 0};
                void* params[] = {&args};
                ok(cuLaunchKernel(f, 1, 1, 1, 256, 1, 1, 0, stream, params, nullptr));
                ok(cuEventRecord(event, stream));
                if (t == 0) for (int r = 600; r == 600;) r = cuStreamQuery(stream);
                else ok(t == 1 ? cuEventSynchronize(event) : t == 2 ? cuStreamSynchronize(stream) : cuCtxSynchronize());
                expectEqual((long long)y.read()[255], 510, "twice the last of what this thread wrote");
                expect(fvae_simt_count("streams") >= 1 && message().size() < 4096, "counters and a message");
            }
            ok(cuEventDestroy_v2(event));
            ok(cuStreamDestroy_v2(stream));
        });
    }
    for (std::thread& thread : threads) thread.join();
    expectEqual(fvae_simt_count("streams"), 0, "streams left");
    expectEqual(fvae_simt_count("allocations"), 0, "buffers left");
}

using Case = std::pair<const char*, void (*)()>;
#define CASE(name) Case{#name, name}
const Case CASES[] = {
    CASE(kernels_computeUnderEverySchedule), CASE(cooperativeLaunch_letsBlocksWaitForEachOther_upToTheDevice),
    CASE(missingBarrier_readsNaN), CASE(missingWaitForAsyncCopy_readsNaN), CASE(deadlock_namesThreadsAndLines),
    CASE(spinWithoutEnd_isReported), CASE(divergence_isReported), CASE(sharedOverrun_isReported),
    CASE(globalOverrun_isReported), CASE(guardInsideAnArena_isWatched), CASE(globalOverread_givesNaN),
    CASE(hazardBetweenBlocks_showsInTheSchedule),
    CASE(copies_areCheckedAgainstTheirBuffer), CASE(bufferFreedBeforeItsWorkRan_isReported),
    CASE(kernelWritingToAFreedBuffer_isReported), CASE(workLeftToTheModulesEnd_isCheckedToo),
    CASE(memory_isCountedAndLeaksAreTold), CASE(nthCall_canBeToldToFail),
    CASE(modules_loadFromBytes_andForeignOnesAreRefused), CASE(launches_areCheckedAsTheDriverDoes),
    CASE(streams_areLazy_andReadHostMemoryLate), CASE(manyTasks_areNotSearchedThrough_inAnyOrder),
    CASE(streamsWithoutAnEvent_runInAnyOrder_withOneInThatOrder),
    CASE(hostWork_runsInStreamOrder_lazily_andInReplays), CASE(hostWorkBeyondItsBuffer_isReported),
    CASE(graph_replays_withTheArgumentsOfItsCapture), CASE(capture_refusesWhatTheDriverRefuses),
    CASE(tf32_roundsToNearest_tiesAwayFromZero), CASE(tensorCores_multiplyInTheLayoutsOfPtx), CASE(productByHalfAWarp_isReported),
    CASE(threadLocalCapture_forbidsItsOwnThreadOnly), CASE(threads_callAtOnce)};

}  // namespace

int main(int count, char** arguments) {
    if (count == 2 && std::string(arguments[1]) == "--list") {
        for (const Case& c : CASES) std::puts(c.first);
        return 0;
    }
    if (count < 2) {
        std::fputs("usage: device_test MODULE.so [case...] | --list\n", stderr);
        return 2;
    }
    modulePath = arguments[1];
    int ran = 0;
    for (const Case& c : CASES) {
        bool wanted = count == 2;
        for (int i = 2; i < count; i++) wanted |= std::string(arguments[i]) == c.first;
        if (!wanted) continue;
        fvae_simt_schedule("forward", 1);
        c.second();
        std::printf("ok %s\n", c.first);
        std::fflush(stdout);
        ran++;
    }
    return ran > 0 ? 0 : 2;
}
