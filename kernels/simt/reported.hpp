// Reports every load and store of a kernel to the device, which looks for races among them (races.hpp). With -fsanitize=thread, g++
// inserts calls of ThreadSanitizer's functions; they are defined here, in place of those of its runtime.
#pragma once

#ifdef FVAE_SIMT_RACES
#define SIMT_UNREPORTED __attribute__((no_sanitize("thread")))

namespace simt {
SIMT_UNREPORTED inline void report(const volatile void* p, size_t bytes, Touch kind, const void* code = __builtin_return_address(0)) {
    if (runtime != nullptr) runtime->touch(const_cast<const void*>(p), bytes, kind, code);
}
}

#define SIMT_REPORTED(name, Touched, bytes)                                                                              \
    extern "C" __attribute__((no_sanitize("thread"), visibility("hidden"))) void __tsan_##name(void* p) {                  \
        simt::report(p, bytes, simt::Touch::Touched, __builtin_return_address(0));                                          \
    }
#define SIMT_REPORTED_BOTH(bytes) SIMT_REPORTED(read##bytes, READ, bytes) SIMT_REPORTED(write##bytes, WRITE, bytes)
#define SIMT_REPORTED_UNALIGNED(bytes)                                                                                    \
    SIMT_REPORTED(unaligned_read##bytes, READ, bytes) SIMT_REPORTED(unaligned_write##bytes, WRITE, bytes)
SIMT_REPORTED_BOTH(1) SIMT_REPORTED_BOTH(2) SIMT_REPORTED_BOTH(4) SIMT_REPORTED_BOTH(8) SIMT_REPORTED_BOTH(16)
SIMT_REPORTED_UNALIGNED(2) SIMT_REPORTED_UNALIGNED(4) SIMT_REPORTED_UNALIGNED(8) SIMT_REPORTED_UNALIGNED(16)
#undef SIMT_REPORTED_UNALIGNED
#undef SIMT_REPORTED_BOTH
#undef SIMT_REPORTED
extern "C" {
__attribute__((no_sanitize("thread"), visibility("hidden"))) void __tsan_read_range(void* p, size_t bytes) {
    simt::report(p, bytes, simt::Touch::READ, __builtin_return_address(0));
}
__attribute__((no_sanitize("thread"), visibility("hidden"))) void __tsan_write_range(void* p, size_t bytes) {
    simt::report(p, bytes, simt::Touch::WRITE, __builtin_return_address(0));
}
__attribute__((no_sanitize("thread"), visibility("hidden"))) void __tsan_init() {}
__attribute__((no_sanitize("thread"), visibility("hidden"))) void __tsan_func_entry(void*) {}
__attribute__((no_sanitize("thread"), visibility("hidden"))) void __tsan_func_exit() {}
}
#else
#define SIMT_UNREPORTED
namespace simt {
inline void report(const volatile void*, size_t, Touch) {}
}
#endif
