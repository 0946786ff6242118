#include "memory.hpp"

#include <cstdlib>
#include <cstring>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define __asan_poison_memory_region(p, n) ((void)(p), (void)(n))
#define __asan_unpoison_memory_region(p, n) ((void)(p), (void)(n))
#endif

namespace simt {

DeviceMemory::DeviceMemory() {
    const char* mebibytes = std::getenv("FVAE_SIMT_MEMORY_MB");
    total_ = (mebibytes ? std::strtoull(mebibytes, nullptr, 10) : 4096) << 20;
}

DeviceMemory::~DeviceMemory() { clear(); }

// [zone | buffer, padded to 256 | zone], all filled with 0xff: NaN as float, -1 as an integer.
Result DeviceMemory::allocate(Address* out, size_t bytes) {
    if (bytes == 0) return INVALID_VALUE;
    if (bytes > total_ - used_) return OUT_OF_MEMORY;
    size_t size = ZONE + padded(bytes) + ZONE;
    char* memory = static_cast<char*>(std::aligned_alloc(256, size));
    if (memory == nullptr) return OUT_OF_MEMORY;
    std::memset(memory, 0xff, size);
    __asan_poison_memory_region(memory, ZONE);
    __asan_poison_memory_region(memory + ZONE + bytes, size - ZONE - bytes);
    *out = Address(reinterpret_cast<uintptr_t>(memory + ZONE));
    live_[*out] = {bytes, ++number_};
    used_ += bytes;
    peak_ = used_ > peak_ ? used_ : peak_;
    return SUCCESS;
}

Result DeviceMemory::free(Address p, std::string& why) {
    if (p == 0) return SUCCESS;
    auto it = live_.find(p);
    if (it == live_.end()) {
        holds(p, 1, why);
        if (why.empty()) why = "the address lies inside a buffer, not at its start";
        return INVALID_VALUE;
    }
    char* memory = reinterpret_cast<char*>(uintptr_t(p));
    __asan_unpoison_memory_region(memory, it->second.bytes);  // it contains guard zones
    std::memset(memory, 0xff, it->second.bytes);
    __asan_poison_memory_region(memory, it->second.bytes);
    guards_.erase(guards_.lower_bound(p), guards_.lower_bound(p + it->second.bytes));
    used_ -= it->second.bytes;
    quarantined_ += it->second.bytes;
    released_.push_back(*it);
    live_.erase(it);
    while (quarantined_ > QUARANTINE) forget();
    return SUCCESS;
}

Result DeviceMemory::guard(Address p, size_t bytes, std::string& why) {
    if (bytes == 0 || !holds(p, bytes, why)) return INVALID_VALUE;
    char* memory = reinterpret_cast<char*>(uintptr_t(p));
    std::memset(memory, 0xff, bytes);
    __asan_poison_memory_region(memory, bytes);
    guards_[p] = bytes;
    return SUCCESS;
}

void DeviceMemory::forget() {
    auto [p, buffer] = released_.front();
    released_.pop_front();
    quarantined_ -= buffer.bytes;
    char* memory = reinterpret_cast<char*>(uintptr_t(p)) - ZONE;
    __asan_unpoison_memory_region(memory, ZONE + padded(buffer.bytes) + ZONE);
    std::free(memory);
}

bool DeviceMemory::range(Address p, Address* base, size_t* bytes) const {
    auto it = live_.upper_bound(p);
    if (it == live_.begin()) return false;
    --it;
    if (p >= it->first + it->second.bytes) return false;
    *base = it->first;
    *bytes = it->second.bytes;
    return true;
}

bool DeviceMemory::holds(Address p, size_t bytes, std::string& why) const {
    Address base;
    size_t size;
    if (range(p, &base, &size)) {
        if (bytes <= base + size - p) return true;
        why = std::to_string(bytes) + " bytes at offset " + std::to_string(p - base) + " end "
            + std::to_string(p + bytes - base - size) + " bytes past a buffer of " + std::to_string(size);
        return false;
    }
    for (const auto& [start, buffer] : released_)
        if (p >= start && p < start + buffer.bytes) {
            why = "the buffer of " + std::to_string(buffer.bytes) + " bytes (allocation " + std::to_string(buffer.number) + ") was freed";
            return false;
        }
    why = "no device buffer is at this address";
    return false;
}

bool DeviceMemory::blank(const char* from, const char* to) {
    // A range that equals itself shifted by one byte is constant.
    size_t n = size_t(to - from);
    return n == 0 || (static_cast<unsigned char>(*from) == 0xff && std::memcmp(from, from + 1, n - 1) == 0);
}

std::string DeviceMemory::damage() const {
#if !defined(__SANITIZE_ADDRESS__)                         // with it the zones are poisoned, and every access to them is reported
    for (const auto& [p, buffer] : live_) {
        const char* memory = reinterpret_cast<const char*>(uintptr_t(p));
        if (!blank(memory - ZONE, memory) || !blank(memory + buffer.bytes, memory + padded(buffer.bytes) + ZONE))
            return "device memory written outside a buffer of " + std::to_string(buffer.bytes) + " bytes (allocation " + std::to_string(buffer.number) + ")";
    }
    for (const auto& [p, bytes] : guards_) {
        const char* memory = reinterpret_cast<const char*>(uintptr_t(p));
        if (blank(memory, memory + bytes)) continue;
        Address base = 0;
        size_t size = 0;
        range(p, &base, &size);
        return "device memory written in the guard zone at offset " + std::to_string(p - base) + " of a buffer of " + std::to_string(size) + " bytes";
    }
#endif
    return {};
}

std::string DeviceMemory::writtenAfterFree() const {
#if !defined(__SANITIZE_ADDRESS__)
    for (const auto& [p, buffer] : released_) {
        const char* memory = reinterpret_cast<const char*>(uintptr_t(p));
        if (!blank(memory, memory + buffer.bytes))
            return "a buffer of " + std::to_string(buffer.bytes) + " bytes (allocation " + std::to_string(buffer.number) + ") was written after it was freed";
    }
#endif
    return {};
}

size_t DeviceMemory::clear() {
    size_t left = live_.size();
    std::string ignored;
    while (!live_.empty()) free(live_.begin()->first, ignored);
    while (!released_.empty()) forget();
    return left;
}

}  // namespace simt
