// Functions for tests, beyond those of the driver. They are C functions, so that Java can call them.
#include "standin.hpp"

#include <cstdio>
#include <cstring>

using namespace simt;

#if defined(__SANITIZE_ADDRESS__)
static constexpr size_t SANITIZED = 1;
#else
static constexpr size_t SANITIZED = 0;
#endif

/// A counter by name, -1 for an unknown name. Alive now: allocations, bytes (peakBytes: the most so far), pinned, modules, streams, events, graphs,
/// contexts; pendingTasks. So far: launches, calls, libraryCalls; leaked (buffers and modules that were still there when a last
/// context was destroyed). sanitized is 1 if the stand-in was built with AddressSanitizer.
FVAE_EXPORT long fvae_simt_count(const char* what) {
    Device& d = device();
    std::scoped_lock guard(d.lock);
    const std::pair<const char*, size_t> counters[] = {
        {"allocations", d.memory.allocations()}, {"bytes", d.memory.used()}, {"peakBytes", d.memory.peak()},
        {"pinned", d.pinned.size()}, {"modules", d.modules.size()}, {"streams", d.queue.streams()},
        {"events", d.queue.events()}, {"graphs", d.graphs.size() + d.executables.size()},
        {"contexts", d.contexts.size()}, {"pendingTasks", d.queue.pendingTasks()},
        {"sanitized", SANITIZED}, {"launches", size_t(d.launches)}, {"calls", size_t(d.calls)}, {"libraryCalls", size_t(d.libraryCalls)}, {"leaked", size_t(d.leaked)}};
    for (const auto& [name, value] : counters)
        if (std::strcmp(name, what) == 0) return long(value);
    return -1;
}

/// Makes the n-th call that can fail (1 is the next one) return `code`; n <= 0 switches that off.
FVAE_EXPORT void fvae_simt_fail_at(long n, int code) {
    Device& d = device();
    std::scoped_lock guard(d.lock);
    d.failAt = n > 0 ? d.calls + n : -1;
    d.failWith = Result(code);
}

/// Sets the order, "forward", "reverse" or "random", and the seed of "random"; returns false for another name.
FVAE_EXPORT bool fvae_simt_schedule(const char* order, unsigned long long seed) {
    Device& d = device();
    std::scoped_lock guard(d.lock);
    static constexpr const char* names[] = {"forward", "reverse", "random"};
    for (int i = 0; i < 3; i++)
        if (std::strcmp(order, names[i]) == 0) {
            d.emulator.schedule.order = Order(i);
            d.emulator.schedule.seed = seed;
            return true;
        }
    return false;
}

/// Makes `bytes` bytes at `address`, inside one device buffer, a guard zone until the buffer is freed: it is filled with NaN, and a
/// kernel that writes there fails with error 700. Returns a CUresult.
FVAE_EXPORT int fvae_simt_guard(Address address, size_t bytes) {
    return call("fvae_simt_guard", CONTEXT | RELEASE, [&](Device& d, std::string& why) { return d.memory.guard(address, bytes, why); });
}

/// Sets the number of multiprocessors that the device reports, which limits cooperative launches.
FVAE_EXPORT void fvae_simt_multiprocessors(int n) {
    std::scoped_lock guard(device().lock);
    device().multiprocessors = n < 1 ? 1 : n;
}

/// Sets how many iterations of one thread in spin_until count as a hang.
FVAE_EXPORT void fvae_simt_spins(unsigned long long n) {
    std::scoped_lock guard(device().lock);
    device().emulator.schedule.spins = n;
}

/// Copies the message of the last failure, cut to `bytes` including the terminating zero; returns its whole length.
FVAE_EXPORT size_t fvae_simt_message(char* out, size_t bytes) {
    std::scoped_lock guard(device().lock);
    if (bytes > 0) std::snprintf(out, bytes, "%s", device().message.c_str());
    return device().message.size();
}
