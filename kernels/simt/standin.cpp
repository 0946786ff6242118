#include "standin.hpp"

#include <cstdio>
#include <cstdlib>
#include <algorithm>

namespace simt {

Device& device() {
    static Device* d = new Device;
    return *d;
}

Context*& currentContext() {
    static thread_local Context* c = nullptr;
    if (c != nullptr && device().contexts.count(c) == 0) c = nullptr;      // destroyed by another thread
    return c;
}

Device::Device() {
    if (const char* sms = std::getenv("FVAE_SIMT_SMS")) multiprocessors = std::atoi(sms);
    if (const char* n = std::getenv("FVAE_SIMT_FAIL_AT")) failAt = std::atol(n);
    if (const char* code = std::getenv("FVAE_SIMT_FAIL_WITH")) failWith = Result(std::atoi(code));
}

Result Device::refuse(Result r, std::string why) {
    message = std::move(why);
    return r;
}

// As on a GPU, a fault belongs to no particular call: the next synchronising call returns it, and so does every call after that.
Result Device::fault(Result r, std::string why) {
    sticky = r;
    message = std::move(why);
    std::fprintf(stderr, "simt: %s\n", message.c_str());
    queue.drop();
    return r;
}

Result Device::launch(Function& f, dim3 grid, dim3 block, size_t dynamic, bool cooperative, const void* args) {
    launches++;
    std::string failure = emulator.run({f.name, f.kernel->run, args, grid, block, dynamic, cooperative});
    if (!failure.empty()) return fault(LAUNCH_FAILED, failure);
    f.staticBytes = std::max(f.staticBytes, emulator.staticBytes());
    std::string damage = memory.damage();
    return damage.empty() ? SUCCESS : fault(ILLEGAL_ADDRESS, f.name + ": " + damage);
}

Result Device::settle() {
    Result r = queue.finishAll();
    std::string damage = r == SUCCESS ? memory.writtenAfterFree() : std::string();
    return damage.empty() ? r : fault(ILLEGAL_ADDRESS, damage);
}

bool Device::within(Address p, size_t bytes, const char* what, std::string& why) const {
    if (bytes == 0 || memory.holds(p, bytes, why)) return true;
    auto it = pinned.upper_bound(p);                       // pinned memory has a device address too
    if (it != pinned.begin() && (--it, p + bytes <= it->first + it->second)) return true;
    why = std::string(what) + ": " + why;
    return false;
}

// The limits of sm_90, with 64 registers per thread assumed for every kernel: only ptxas knows the real number.
int Device::blocksPerMultiprocessor(const Function& f, int threads, size_t dynamic) const {
    if (threads < 1 || threads > 1024) return 0;
    size_t warps = size_t(threads + 31) / 32, shared = f.staticBytes + dynamic + 1024;
    if (f.staticBytes + dynamic > SharedMemory::LIMIT) return 0;
    return int(std::min({size_t(32), 64 / warps, 65536 / (64 * 32 * warps), (size_t(228) << 10) / shared}));
}

std::shared_ptr<Module> Device::moduleOf(const Function* f) const {
    for (const auto& [handle, module] : modules)
        if (module->owns(f)) return module;
    return nullptr;
}

void Device::releaseAll() {
    queue.clear();
    graphs.clear();
    executables.clear();
    leaked += long(memory.clear() + pinned.size());
    for (auto& [p, size] : pinned) std::free(reinterpret_cast<void*>(uintptr_t(p)));
    pinned.clear();
    leaked += long(modules.size());
    modules.clear();
    sticky = SUCCESS;
}

}  // namespace simt
