#include "shared_memory.hpp"

#include <cstdint>
#include <cstring>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define __asan_poison_memory_region(p, n) ((void)(p), (void)(n))
#define __asan_unpoison_memory_region(p, n) ((void)(p), (void)(n))
#endif

namespace simt {

void SharedMemory::open(size_t dynamicBytes) {
    if (!memory_) {
        memory_ = std::make_unique<char[]>(SPAN + 128);
        base_ = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(memory_.get()) + 127) & ~uintptr_t(127));
        used_ = SPAN;
    }
    __asan_unpoison_memory_region(base_, SPAN);
    std::memset(base_, 0xff, used_);                      // NaN as float, -1 as an integer: visible if it is read before it is written
    __asan_poison_memory_region(base_, SPAN);
    arrays_.clear();
    used_ = static_ = 0;
    dynamic_ = dynamicBytes ? carve(nullptr, dynamicBytes, "dynamic shared memory") : nullptr;
}

char* SharedMemory::carve(const void* key, size_t bytes, const char* name) {
    size_t at = (used_ + ZONE + 127) & ~size_t(127);
    if (at + bytes + ZONE > SPAN) return nullptr;
    used_ = at + bytes + ZONE;
    arrays_.push_back({key, name, at, bytes});
    __asan_unpoison_memory_region(base_ + at, bytes);
    return base_ + at;
}

void* SharedMemory::array(const void* key, size_t bytes, const char* name) {
    for (const Array& a : arrays_)
        if (a.key == key) return base_ + a.at;
    if (static_ + bytes > STATIC_LIMIT) return nullptr;
    static_ += bytes;
    return carve(key, bytes, name);
}

std::string SharedMemory::damage() const {
    __asan_unpoison_memory_region(base_, SPAN);
    size_t from = 0;
    for (size_t i = 0; i <= arrays_.size(); i++) {
        size_t to = i < arrays_.size() ? arrays_[i].at : used_;
        for (size_t b = from; b < to; b++) {
            if (static_cast<unsigned char>(base_[b]) == 0xff) continue;
            bool below = i == 0 || (i < arrays_.size() && to - b < b - from);
            const Array& a = arrays_[below ? i : i - 1];
            return "shared memory written outside `" + std::string(a.name) + "` (" + std::to_string(a.bytes) + " bytes), "
                + (below ? std::to_string(a.at - b) + " bytes before it" : std::to_string(b - a.at - a.bytes) + " bytes past its end");
        }
        if (i < arrays_.size()) from = arrays_[i].at + arrays_[i].bytes;
    }
    return {};
}

SharedMemory::~SharedMemory() {
    if (base_) __asan_unpoison_memory_region(base_, SPAN);
}

}  // namespace simt
