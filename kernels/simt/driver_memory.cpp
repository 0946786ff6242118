// Allocation, copies and fills. Asynchronous copies access host memory when they run, not when they are submitted.
#include "standin.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

using namespace simt;

namespace {

char* at(Address p) { return reinterpret_cast<char*>(uintptr_t(p)); }

/// A copy. Its sides that are device memory are checked when it is submitted and again when it runs.
struct Transfer {
    char* to;
    const char* from;
    size_t bytes;
    bool toDevice, fromDevice;
    bool valid(const Device& d, std::string& why) const {
        return (!toDevice || d.within(Address(uintptr_t(to)), bytes, "target", why))
            && (!fromDevice || d.within(Address(uintptr_t(from)), bytes, "source", why));
    }
};

template <class T> struct Fill {
    Address to;
    T value;
    size_t count;
    bool valid(const Device& d, std::string& why) const {
        if (to % sizeof(T) == 0) return d.within(to, count * sizeof(T), "target", why);
        why = "the address is not a multiple of the element size";
        return false;
    }
    void operator()() const { std::fill_n(reinterpret_cast<T*>(at(to)), count, value); }
};

void perform(const Transfer& t) { std::memmove(t.to, t.from, t.bytes); }
template <class T> void perform(const Fill<T>& f) { f(); }

template <class Job> Result submit(Device& d, void* handle, Graph::Kind kind, const Job& job, std::string& why) {
    if (!job.valid(d, why)) return INVALID_VALUE;
    Stream* stream = d.queue.find(handle);
    if (stream == nullptr) return INVALID_HANDLE;
    return d.queue.submit(stream, kind, [&d, job]() -> Result {
        std::string late;
        if (!job.valid(d, late)) return d.fault(ILLEGAL_ADDRESS, "a copy or fill ran after its memory was freed: " + late);
        perform(job);
        return SUCCESS;
    });
}

/// A synchronous call submits its work to the legacy stream and waits for it.
template <class Job> int now(const char* name, Graph::Kind kind, const Job& job) {
    return call(name, CONTEXT, [&](Device& d, std::string& why) {
        Result r = submit(d, nullptr, kind, job, why);
        return r == SUCCESS ? d.queue.finish(d.queue.find(nullptr)) : r;
    });
}
template <class Job> int later(const char* name, Graph::Kind kind, const Job& job, void* stream) {
    return call(name, CONTEXT | SAFE_IN_CAPTURE, [&](Device& d, std::string& why) { return submit(d, stream, kind, job, why); });
}

Transfer up(Address to, const void* from, size_t n) { return {at(to), static_cast<const char*>(from), n, true, false}; }
Transfer down(void* to, Address from, size_t n) { return {static_cast<char*>(to), at(from), n, false, true}; }
Transfer across(Address to, Address from, size_t n) { return {at(to), at(from), n, true, true}; }

int pin(const char* name, void** out, size_t bytes) {
    return call(name, CONTEXT, [&](Device& d, std::string&) {
        if (bytes == 0) return INVALID_VALUE;
        *out = std::aligned_alloc(4096, (bytes + 4095) & ~size_t(4095));
        if (*out == nullptr) return OUT_OF_MEMORY;
        std::memset(*out, 0xff, bytes);
        d.pinned[Address(uintptr_t(*out))] = bytes;
        return SUCCESS;
    });
}

constexpr auto MEMCPY = Graph::Kind::MEMCPY;
constexpr auto MEMSET = Graph::Kind::MEMSET;

}  // namespace

FVAE_EXPORT int cuMemAlloc_v2(Address* out, size_t bytes) {
    return call("cuMemAlloc", CONTEXT, [&](Device& d, std::string& why) {
        Result r = d.memory.allocate(out, bytes);
        if (r == OUT_OF_MEMORY) why = std::to_string(bytes) + " bytes asked for, " + std::to_string(d.memory.total() - d.memory.used()) + " free";
        return r;
    });
}
FVAE_EXPORT int cuMemFree_v2(Address p) {
    return call("cuMemFree", CONTEXT | RELEASE, [&](Device& d, std::string& why) { return d.memory.free(p, why); });
}
FVAE_EXPORT int cuMemGetInfo_v2(size_t* free, size_t* total) {
    return call("cuMemGetInfo", CONTEXT | SAFE_IN_CAPTURE, [&](Device& d, std::string&) {
        *total = d.memory.total();
        *free = *total - d.memory.used();
        return SUCCESS;
    });
}
FVAE_EXPORT int cuMemGetAddressRange_v2(Address* base, size_t* bytes, Address p) {
    return call("cuMemGetAddressRange", CONTEXT | SAFE_IN_CAPTURE, [&](Device& d, std::string&) {
        Address b;
        size_t n;
        if (!d.memory.range(p, &b, &n)) return NOT_FOUND;
        if (base) *base = b;
        if (bytes) *bytes = n;
        return SUCCESS;
    });
}
FVAE_EXPORT int cuMemAllocHost_v2(void** out, size_t bytes) { return pin("cuMemAllocHost", out, bytes); }
FVAE_EXPORT int cuMemHostAlloc(void** out, size_t bytes, unsigned) { return pin("cuMemHostAlloc", out, bytes); }
FVAE_EXPORT int cuMemFreeHost(void* p) {
    return call("cuMemFreeHost", CONTEXT | RELEASE, [&](Device& d, std::string&) {
        if (d.pinned.count(Address(uintptr_t(p))) == 0) return INVALID_VALUE;
        Result r = d.queue.finishAll();                    // as the driver does
        d.pinned.erase(Address(uintptr_t(p)));
        std::free(p);
        return r;
    });
}
FVAE_EXPORT int cuMemHostGetDevicePointer_v2(Address* out, void* p, unsigned) {
    return call("cuMemHostGetDevicePointer", CONTEXT | SAFE_IN_CAPTURE, [&](Device& d, std::string&) {
        *out = Address(uintptr_t(p));
        return d.pinned.count(*out) ? SUCCESS : INVALID_VALUE;
    });
}

FVAE_EXPORT int cuMemcpyHtoD_v2(Address to, const void* from, size_t n) { return now("cuMemcpyHtoD", MEMCPY, up(to, from, n)); }
FVAE_EXPORT int cuMemcpyDtoH_v2(void* to, Address from, size_t n) { return now("cuMemcpyDtoH", MEMCPY, down(to, from, n)); }
FVAE_EXPORT int cuMemcpyDtoD_v2(Address to, Address from, size_t n) { return now("cuMemcpyDtoD", MEMCPY, across(to, from, n)); }
FVAE_EXPORT int cuMemcpyHtoDAsync_v2(Address to, const void* from, size_t n, void* s) { return later("cuMemcpyHtoDAsync", MEMCPY, up(to, from, n), s); }
FVAE_EXPORT int cuMemcpyDtoHAsync_v2(void* to, Address from, size_t n, void* s) { return later("cuMemcpyDtoHAsync", MEMCPY, down(to, from, n), s); }
FVAE_EXPORT int cuMemcpyDtoDAsync_v2(Address to, Address from, size_t n, void* s) { return later("cuMemcpyDtoDAsync", MEMCPY, across(to, from, n), s); }

FVAE_EXPORT int cuMemsetD8_v2(Address to, unsigned char v, size_t n) { return now("cuMemsetD8", MEMSET, Fill<unsigned char>{to, v, n}); }
FVAE_EXPORT int cuMemsetD16_v2(Address to, unsigned short v, size_t n) { return now("cuMemsetD16", MEMSET, Fill<unsigned short>{to, v, n}); }
FVAE_EXPORT int cuMemsetD32_v2(Address to, unsigned v, size_t n) { return now("cuMemsetD32", MEMSET, Fill<unsigned>{to, v, n}); }
FVAE_EXPORT int cuMemsetD8Async(Address to, unsigned char v, size_t n, void* s) { return later("cuMemsetD8Async", MEMSET, Fill<unsigned char>{to, v, n}, s); }
FVAE_EXPORT int cuMemsetD16Async(Address to, unsigned short v, size_t n, void* s) { return later("cuMemsetD16Async", MEMSET, Fill<unsigned short>{to, v, n}, s); }
FVAE_EXPORT int cuMemsetD32Async(Address to, unsigned v, size_t n, void* s) { return later("cuMemsetD32Async", MEMSET, Fill<unsigned>{to, v, n}, s); }
