// Cases about streams, events, graphs and captures.
#pragma once
#include "../host_work.hpp"
#include "driver.hpp"

#include <ctime>
#include <functional>
#include <map>
#include <thread>
#include <vector>

CASE(streams_areLazy_andReadHostMemoryLate) {
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
CASE(manyTasks_areNotSearchedThrough_inAnyOrder) {
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

CASE(streamsWithoutAnEvent_runInAnyOrder_withOneInThatOrder) {
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

CASE(graph_replays_withTheArgumentsOfItsCapture) {
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

inline int addOnHost(void* stream, Sum sum, size_t bytes) {
    SimtSpan span{sum.words, bytes};
    SimtHostWork work{"addOnHost", [](const void* args) {
        const Sum& s = *static_cast<const Sum*>(args);
        reinterpret_cast<uint32_t*>(uintptr_t(s.words))[0] = reinterpret_cast<uint32_t*>(uintptr_t(s.words))[0] * 10 + s.value;
    }, &sum, sizeof sum, &span, 1};
    return fvae_simt_enqueue(stream, &work);
}

CASE(hostWork_runsInStreamOrder_lazily_andInReplays) {
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

CASE(hostWorkBeyondItsBuffer_isReported) {
    Session s(modulePath);
    Buffer<uint32_t> words(std::vector<uint32_t>(4));
    ok(addOnHost(nullptr, {words.address, 1}, 4096));
    expectEqual(cuCtxSynchronize(), 700, "work that says it touches more than the buffer");
    expectMessage("addOnHost");
}

CASE(capture_refusesWhatTheDriverRefuses) {
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

CASE(threadLocalCapture_forbidsItsOwnThreadOnly) {
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
CASE(threads_callAtOnce) {
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
