// The state of the stand-in libcuda.so.1, and the checks around every exported call.
#pragma once
#include "emulator.hpp"
#include "memory.hpp"
#include "module.hpp"
#include "queue.hpp"
#include "result.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <set>
#include <string>

namespace simt {

struct Context { unsigned flags; };

struct Device {
    std::recursive_mutex lock;
    bool initialised = false;
    DeviceMemory memory;
    std::map<Address, size_t> pinned;
    Emulator emulator;
    Queue queue{emulator.schedule};
    std::map<Module*, std::shared_ptr<Module>> modules;
    std::map<Graph*, std::shared_ptr<Graph>> graphs, executables;
    std::set<Context*> contexts;
    Context* primary = nullptr;
    unsigned primaryUses = 0;

    Result sticky = SUCCESS;                 // after a fault, every call returns it until the last context is destroyed
    std::string message;                     // message of the last failure
    long calls = 0, failAt = -1, launches = 0, libraryCalls = 0, leaked = 0;
    Result failWith = OUT_OF_MEMORY;
    int multiprocessors = 4;                 // FVAE_SIMT_SMS

    Device();
    Result refuse(Result r, std::string why);
    Result fault(Result r, std::string why);
    Result launch(Function& f, dim3 grid, dim3 block, size_t dynamic, bool cooperative, const void* args);
    /// Runs all pending work, then checks for writes to freed buffers.
    Result settle();
    /// Whether [p, p + bytes) is device or pinned memory; if not, `why` says what is wrong.
    bool within(Address p, size_t bytes, const char* what, std::string& why) const;
    int blocksPerMultiprocessor(const Function& f, int threads, size_t dynamic) const;
    std::shared_ptr<Module> moduleOf(const Function* f) const;
    void releaseAll();
};

/// Never destroyed, because threads of a JVM may still call it while the process ends.
Device& device();
Context*& currentContext();

enum Needs : unsigned { NOTHING = 0, INIT = 1, CONTEXT = 2, RELEASE = 4, SAFE_IN_CAPTURE = 8 };

/// Runs `body(device)` under the lock, after the checks that a driver makes before any call. The n-th call fails if a test asks for
/// it; calls that release something are not counted and do not fail.
template <class Body> Result call(const char* name, unsigned needs, Body body) noexcept {
    Device& d = device();
    std::scoped_lock guard(d.lock);
    try {
        if (!(needs & RELEASE) && ++d.calls == d.failAt) return d.refuse(d.failWith, std::string(name) + ": told to fail");
        if (needs & (INIT | CONTEXT) && !d.initialised) return d.refuse(NOT_INITIALIZED, std::string(name) + " before cuInit");
        if (needs & CONTEXT && currentContext() == nullptr) return d.refuse(INVALID_CONTEXT, std::string(name) + ": this thread has no current context");
        if (needs & CONTEXT && d.sticky != SUCCESS && !(needs & RELEASE)) return d.sticky;
        if (needs & CONTEXT && !(needs & SAFE_IN_CAPTURE) && d.queue.refuseUnsafe())
            return d.refuse(STREAM_CAPTURE_UNSUPPORTED, std::string(name) + " while a stream is capturing");
        std::string why;
        Result r = body(d, why);
        if (r != SUCCESS && r != NOT_READY && d.sticky == SUCCESS) d.refuse(r, std::string(name) + (why.empty() ? " failed" : ": " + why));
        return r;
    } catch (const std::bad_alloc&) {
        return d.refuse(OUT_OF_MEMORY, std::string(name) + ": the host is out of memory");
    }
}

}  // namespace simt

#define FVAE_EXPORT extern "C" __attribute__((visibility("default")))
