// Streams, events, captures and graphs.
#include "standin.hpp"

using namespace simt;

namespace {

constexpr unsigned STREAM = CONTEXT | SAFE_IN_CAPTURE;

template <class Body> int onStream(const char* name, void* handle, Body body) {
    return call(name, STREAM, [&](Device& d, std::string& why) {
        Stream* s = d.queue.find(handle);
        return s == nullptr ? INVALID_HANDLE : Result(body(d, *s, why));
    });
}

template <class Body> int onEvent(const char* name, void* handle, Body body) {
    return call(name, STREAM, [&](Device& d, std::string& why) {
        Event* e = d.queue.findEvent(handle);
        return e == nullptr ? INVALID_HANDLE : Result(body(d, *e, why));
    });
}

/// Synchronising with a stream or an event of a capture fails and invalidates the capture.
Result refuseCaptured(const std::shared_ptr<Capture>& capture, std::string& why) {
    if (!capture) return SUCCESS;
    capture->invalid = true;
    why = "it takes part in a capture";
    return STREAM_CAPTURE_UNSUPPORTED;
}

Result create(Device& d, Stream** out, unsigned flags, int priority) {
    if (flags > 1) return INVALID_VALUE;
    *out = d.queue.create(flags, priority);
    return SUCCESS;
}

Result poll(Device& d, uint64_t task) {
    Result r = d.queue.advance(task);
    return r != SUCCESS ? r : d.queue.pending(task) ? NOT_READY : SUCCESS;
}

std::shared_ptr<Graph> graphOf(const std::map<Graph*, std::shared_ptr<Graph>>& all, Graph* g) {
    auto it = all.find(g);
    return it == all.end() ? nullptr : it->second;
}

}  // namespace

FVAE_EXPORT int cuStreamCreate(Stream** out, unsigned flags) {
    return call("cuStreamCreate", STREAM, [&](Device& d, std::string&) { return create(d, out, flags, 0); });
}
FVAE_EXPORT int cuStreamCreateWithPriority(Stream** out, unsigned flags, int priority) {
    return call("cuStreamCreateWithPriority", STREAM, [&](Device& d, std::string&) { return create(d, out, flags, priority); });
}
FVAE_EXPORT int cuCtxGetStreamPriorityRange(int* least, int* greatest) {
    return call("cuCtxGetStreamPriorityRange", STREAM, [&](Device&, std::string&) { *least = 0; *greatest = -5; return SUCCESS; });
}
FVAE_EXPORT int cuStreamDestroy_v2(void* handle) {
    return call("cuStreamDestroy", STREAM | RELEASE, [&](Device& d, std::string&) {
        Stream* s = d.queue.find(handle);
        if (s == nullptr || s == d.queue.find(nullptr)) return INVALID_HANDLE;
        d.queue.destroy(s);
        return SUCCESS;
    });
}
FVAE_EXPORT int cuStreamSynchronize(void* handle) {
    return onStream("cuStreamSynchronize", handle, [](Device& d, Stream& s, std::string& why) {
        Result r = refuseCaptured(s.capture, why);
        return r == SUCCESS ? d.queue.finish(&s) : r;
    });
}
FVAE_EXPORT int cuStreamQuery(void* handle) {
    return onStream("cuStreamQuery", handle, [](Device& d, Stream& s, std::string& why) {
        Result r = refuseCaptured(s.capture, why);
        return r == SUCCESS ? poll(d, s.last) : r;
    });
}
FVAE_EXPORT int cuStreamGetFlags(void* handle, unsigned* flags) {
    return onStream("cuStreamGetFlags", handle, [&](Device&, Stream& s, std::string&) { *flags = s.flags; return SUCCESS; });
}
FVAE_EXPORT int cuStreamGetPriority(void* handle, int* priority) {
    return onStream("cuStreamGetPriority", handle, [&](Device&, Stream& s, std::string&) { *priority = s.priority; return SUCCESS; });
}
FVAE_EXPORT int cuStreamWaitEvent(void* handle, void* event, unsigned) {
    return onStream("cuStreamWaitEvent", handle, [&](Device& d, Stream& s, std::string&) {
        Event* e = d.queue.findEvent(event);
        return e == nullptr ? INVALID_HANDLE : d.queue.waitFor(&s, e);
    });
}
FVAE_EXPORT int cuLaunchHostFunc(void* handle, void (*function)(void*), void* data) {
    return onStream("cuLaunchHostFunc", handle, [&](Device& d, Stream& s, std::string&) {
        return d.queue.submit(&s, Graph::Kind::HOST, [=] { function(data); return SUCCESS; });
    });
}

FVAE_EXPORT int cuEventCreate(Event** out, unsigned) {
    return call("cuEventCreate", STREAM, [&](Device& d, std::string&) { *out = d.queue.createEvent(); return SUCCESS; });
}
FVAE_EXPORT int cuEventDestroy_v2(void* handle) {
    return call("cuEventDestroy", STREAM | RELEASE, [&](Device& d, std::string&) {
        Event* e = d.queue.findEvent(handle);
        if (e == nullptr) return INVALID_HANDLE;
        d.queue.destroyEvent(e);
        return SUCCESS;
    });
}
FVAE_EXPORT int cuEventRecord(void* event, void* handle) {
    return onStream("cuEventRecord", handle, [&](Device& d, Stream& s, std::string&) {
        Event* e = d.queue.findEvent(event);
        return e == nullptr ? INVALID_HANDLE : d.queue.record(e, &s);
    });
}
FVAE_EXPORT int cuEventRecordWithFlags(void* event, void* handle, unsigned) { return cuEventRecord(event, handle); }
FVAE_EXPORT int cuEventSynchronize(void* handle) {
    return onEvent("cuEventSynchronize", handle, [](Device& d, Event& e, std::string& why) {
        Result r = refuseCaptured(e.capture, why);
        return r == SUCCESS ? d.queue.finish(e.task) : r;
    });
}
FVAE_EXPORT int cuEventQuery(void* handle) {
    return onEvent("cuEventQuery", handle, [](Device& d, Event& e, std::string& why) {
        Result r = refuseCaptured(e.capture, why);
        return r == SUCCESS ? poll(d, e.task) : r;
    });
}
FVAE_EXPORT int cuEventElapsedTime(float* milliseconds, void* from, void* to) {
    return onEvent("cuEventElapsedTime", from, [&](Device& d, Event& a, std::string&) {
        Event* b = d.queue.findEvent(to);
        if (b == nullptr || !a.recorded || !b->recorded || a.capture || b->capture) return INVALID_HANDLE;
        if (d.queue.pending(a.task) || d.queue.pending(b->task)) return NOT_READY;
        *milliseconds = std::chrono::duration<float, std::milli>(b->time - a.time).count();
        return SUCCESS;
    });
}

FVAE_EXPORT int cuStreamBeginCapture_v2(void* handle, int mode) {
    return onStream("cuStreamBeginCapture", handle, [&](Device& d, Stream& s, std::string&) { return d.queue.beginCapture(&s, mode); });
}
FVAE_EXPORT int cuStreamEndCapture(void* handle, Graph** out) {
    return onStream("cuStreamEndCapture", handle, [&](Device& d, Stream& s, std::string&) {
        *out = nullptr;
        auto graph = std::make_shared<Graph>();
        Result r = d.queue.endCapture(&s, *graph);
        if (r != SUCCESS) return r;
        *out = graph.get();
        d.graphs[graph.get()] = graph;
        return SUCCESS;
    });
}
FVAE_EXPORT int cuStreamIsCapturing(void* handle, int* status) {
    return onStream("cuStreamIsCapturing", handle, [&](Device&, Stream& s, std::string&) {
        *status = !s.capture ? 0 : s.capture->invalid ? 2 : 1;
        return SUCCESS;
    });
}

FVAE_EXPORT int cuGraphInstantiateWithFlags(Graph** out, Graph* g, unsigned long long) {
    return call("cuGraphInstantiate", STREAM, [&](Device& d, std::string&) {
        auto graph = graphOf(d.graphs, g);
        if (!graph) return INVALID_VALUE;
        auto executable = std::make_shared<Graph>(*graph);
        *out = executable.get();
        d.executables[executable.get()] = executable;
        return SUCCESS;
    });
}
FVAE_EXPORT int cuGraphUpload(Graph* g, void* handle) {
    return onStream("cuGraphUpload", handle, [&](Device& d, Stream&, std::string&) { return graphOf(d.executables, g) ? SUCCESS : INVALID_VALUE; });
}
FVAE_EXPORT int cuGraphLaunch(Graph* g, void* handle) {
    return onStream("cuGraphLaunch", handle, [&](Device& d, Stream& s, std::string&) {
        auto executable = graphOf(d.executables, g);
        return executable ? d.queue.submit(&s, *executable) : INVALID_VALUE;
    });
}
FVAE_EXPORT int cuGraphGetNodes(Graph* g, void** nodes, size_t* count) {
    return call("cuGraphGetNodes", STREAM, [&](Device& d, std::string&) {
        auto graph = graphOf(d.graphs, g);
        if (!graph) return INVALID_VALUE;
        for (size_t i = 0; nodes && i < *count; i++) nodes[i] = i < graph->nodes.size() ? &graph->nodes[i] : nullptr;
        if (!nodes || *count > graph->nodes.size()) *count = graph->nodes.size();
        return SUCCESS;
    });
}
FVAE_EXPORT int cuGraphNodeGetType(Graph::Node* node, int* kind) {
    return call("cuGraphNodeGetType", STREAM, [&](Device& d, std::string&) {
        for (const auto& [handle, graph] : d.graphs)
            for (const auto& n : graph->nodes)
                if (&n == node) { *kind = int(n.kind); return SUCCESS; }
        return INVALID_VALUE;
    });
}
FVAE_EXPORT int cuGraphDestroy(Graph* g) {
    return call("cuGraphDestroy", STREAM | RELEASE, [&](Device& d, std::string&) { return d.graphs.erase(g) ? SUCCESS : INVALID_VALUE; });
}
FVAE_EXPORT int cuGraphExecDestroy(Graph* g) {
    return call("cuGraphExecDestroy", STREAM | RELEASE, [&](Device& d, std::string&) { return d.executables.erase(g) ? SUCCESS : INVALID_VALUE; });
}
