// g++ compiles kernels for the SIMT device with this header: it defines the names of CUDA and those of
// kernels/common/device.cuh for the CPU. It has no state: everything goes through `simt::runtime`, which the stand-in driver sets
// when it loads the module. Compile with
//   g++ -DFVAE_SIMT -x c++ -std=c++20 -O2 -fPIC -shared -ffp-contract=off -mfma -fno-gnu-unique -fvisibility=hidden
#pragma once
#include <cmath>
#include <math.h>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <source_location>
#include <type_traits>

#define __global__
#define __device__
#define __host__
#define __constant__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __align__(n) __attribute__((aligned(n)))

struct uint3 { unsigned x, y, z; };
struct dim3 { unsigned x = 1, y = 1, z = 1; };

#define FVAE_SIMT_VECTOR(name, T)                                                              \
    struct alignas(2 * sizeof(T)) name##2 { T x, y; };                                        \
    struct alignas(4 * sizeof(T)) name##4 { T x, y, z, w; };                                  \
    inline name##2 make_##name##2(T x, T y) { return {x, y}; }                                \
    inline name##4 make_##name##4(T x, T y, T z, T w) { return {x, y, z, w}; }
FVAE_SIMT_VECTOR(float, float)
FVAE_SIMT_VECTOR(int, int)
FVAE_SIMT_VECTOR(uint, unsigned)
FVAE_SIMT_VECTOR(uchar, unsigned char)
#undef FVAE_SIMT_VECTOR

namespace simt {

/// Must be raised with every change of the structures below: the driver does not load a module that was built with another number.
inline constexpr uint32_t ABI = 2;

using Where = std::source_location;

struct BlockView { uint3 index; dim3 size, grid; };
struct ThreadView { uint3 index; int lane; const BlockView* block; };

/// The values that the lanes pass to one warp operation: `value[lane]` is valid if bit `lane` of `met` is set.
struct Meeting { unsigned met; alignas(16) unsigned char value[32][32]; };

enum class Touch : uint8_t { READ, WRITE, ATOMIC };

/// What kernels call on the device; `thread` is the CUDA thread that runs now.
struct Runtime {
    ThreadView* thread = nullptr;
    virtual void barrier(Where) = 0;
    virtual void* shared(const void* key, size_t bytes, const char* name, Where) = 0;
    virtual void* dynamicShared(Where) = 0;
    virtual const Meeting& meet(const void* value, size_t bytes, const char* operation, Where) = 0;
    virtual void copyAsync(void* to, const void* from, int bytes, bool valid, Where) = 0;
    virtual void commitCopies() = 0;
    virtual void waitCopies(int pending) = 0;
    virtual void spin(Where) = 0;
    virtual void fault(const char* what, Where) = 0;
    virtual void touch(const void* p, size_t bytes, Touch kind, const void* code) = 0;
protected:
    ~Runtime() = default;
};
inline Runtime* runtime = nullptr;

/// What `cuModuleGetFunction` finds: symbol `fvae_kernel_<name>`.
struct Kernel { uint32_t abi, argsBytes, argsAlign, maxThreads; void (*run)(const void* args); };

template <class T> const T& valueOf(const Meeting& m, int lane) { return *reinterpret_cast<const T*>(m.value[lane]); }

/// Each lane passes `v` and gets the value of lane `source`, or its own if that lane does not exist.
template <class T> T exchange(T v, int source, const char* operation, Where at) {
    static_assert(sizeof(T) <= 32 && std::is_trivially_copyable_v<T>);
    const Meeting& m = runtime->meet(&v, sizeof(T), operation, at);
    return source >= 0 && source < 32 && (m.met >> source & 1u) ? valueOf<T>(m, source) : v;
}

inline uint32_t vote(bool p, const char* operation, Where at) {
    const Meeting& m = runtime->meet(&p, sizeof p, operation, at);
    uint32_t votes = 0;
    for (int lane = 0; lane < 32; lane++)
        if ((m.met >> lane & 1u) && valueOf<bool>(m, lane)) votes |= 1u << lane;
    return votes;
}

}  // namespace simt

#include "reported.hpp"

#define threadIdx (simt::runtime->thread->index)
#define blockIdx (simt::runtime->thread->block->index)
#define blockDim (simt::runtime->thread->block->size)
#define gridDim (simt::runtime->thread->block->grid)
#define warpSize 32

extern "C" __attribute__((visibility("default"), weak)) void fvae_simt_bind(simt::Runtime* r) { simt::runtime = r; }

#define ENTRY(name, Args, SMEM)                                                                              \
    static void fvae_body_##name(const Args&, int block, char* smem);                                        \
    static void fvae_run_##name(const void* args) {                                                          \
        const int block = int(blockIdx.y * gridDim.x + blockIdx.x);                                          \
        if constexpr ((SMEM) > 0) {                                                                          \
            SHARED(char, smem, (SMEM) > 0 ? (SMEM) : 1);                                                     \
            fvae_body_##name(*static_cast<const Args*>(args), block, smem);                                  \
        } else {                                                                                             \
            fvae_body_##name(*static_cast<const Args*>(args), block, nullptr);                               \
        }                                                                                                    \
    }                                                                                                        \
    extern "C" __attribute__((visibility("default"))) const simt::Kernel fvae_kernel_##name = {              \
        simt::ABI, sizeof(Args), alignof(Args), 256, fvae_run_##name};                                       \
    static void fvae_body_##name([[maybe_unused]] const Args& args, [[maybe_unused]] int block, [[maybe_unused]] char* smem)
#define FVAE_DEVICE static inline
#define SHARED(T, name, COUNT)                                                                               \
    static char fvae_key_##name;                                                                             \
    T(&name)[COUNT] = *static_cast<T(*)[COUNT]>(                                                             \
        simt::runtime->shared(&fvae_key_##name, sizeof(T) * (COUNT), #name, simt::Where::current()))
#define DYN_SHARED(T, name) T* name = static_cast<T*>(simt::runtime->dynamicShared(simt::Where::current()))

inline void sync(simt::Where at = simt::Where::current()) { simt::runtime->barrier(at); }
inline void fence() {}
inline void fence_block() {}
[[noreturn]] inline void trap(simt::Where at = simt::Where::current()) {
    simt::runtime->fault("trap", at);
    __builtin_unreachable();
}

inline int lane_id() { return int(threadIdx.x & 31u); }
inline int warp_id() { return int(threadIdx.x >> 5); }

template <class T> T warp_shuffle(T v, int lane, simt::Where at = simt::Where::current()) {
    return simt::exchange(v, lane & 31, "warp_shuffle", at);
}
template <class T> T warp_shuffle_xor(T v, int bits, simt::Where at = simt::Where::current()) {
    return simt::exchange(v, simt::runtime->thread->lane ^ bits, "warp_shuffle_xor", at);
}
template <class T> T warp_shuffle_down(T v, int by, simt::Where at = simt::Where::current()) {
    return simt::exchange(v, simt::runtime->thread->lane + by, "warp_shuffle_down", at);
}
inline uint32_t warp_ballot(bool p, simt::Where at = simt::Where::current()) { return simt::vote(p, "warp_ballot", at); }
inline bool warp_any(bool p, simt::Where at = simt::Where::current()) { return simt::vote(p, "warp_any", at) != 0; }
inline bool warp_all(bool p, simt::Where at = simt::Where::current()) { return simt::vote(!p, "warp_all", at) == 0; }
inline void warp_sync(simt::Where at = simt::Where::current()) { simt::vote(false, "warp_sync", at); }

inline float fma_rn(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline float mul_rn(float a, float b) { return a * b; }
inline float add_rn(float a, float b) { return a + b; }
inline float sub_rn(float a, float b) { return a - b; }
inline float div_rn(float a, float b) { return a / b; }
inline float sqrt_rn(float a) { return __builtin_sqrtf(a); }
inline float float_rn(uint32_t a) { return float(a); }
inline float float_rn(int32_t a) { return float(a); }
inline uint32_t float_bits(float a) { return std::bit_cast<uint32_t>(a); }
inline float bits_float(uint32_t a) { return std::bit_cast<float>(a); }
inline uint32_t mul_hi(uint32_t a, uint32_t b) { return uint32_t(uint64_t(a) * b >> 32); }
inline uint64_t mul_hi(uint64_t a, uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    return uint64_t(Wide(a) * b >> 64);
}

// Only one CUDA thread runs at a time, so plain operations are atomic.
template <class T, class Change> SIMT_UNREPORTED T simt_atomic(T* p, Change change) {
    simt::report(p, sizeof(T), simt::Touch::ATOMIC);
    T old = *p;
    *p = change(old);
    return old;
}
inline uint32_t atomic_add(uint32_t* p, uint32_t v) { return simt_atomic(p, [=](uint32_t old) { return old + v; }); }
inline int32_t atomic_add(int32_t* p, int32_t v) {
    return simt_atomic(p, [=](int32_t old) { return int32_t(uint32_t(old) + uint32_t(v)); });
}
inline uint32_t atomic_max(uint32_t* p, uint32_t v) { return simt_atomic(p, [=](uint32_t old) { return old < v ? v : old; }); }
inline uint32_t atomic_or(uint32_t* p, uint32_t v) { return simt_atomic(p, [=](uint32_t old) { return old | v; }); }
inline uint32_t atomic_exchange(uint32_t* p, uint32_t v) { return simt_atomic(p, [=](uint32_t) { return v; }); }
inline uint32_t atomic_cas(uint32_t* p, uint32_t expected, uint32_t v) {
    return simt_atomic(p, [=](uint32_t old) { return old == expected ? v : old; });
}

SIMT_UNREPORTED inline uint32_t load_acquire(const uint32_t* p) {
    simt::report(p, sizeof *p, simt::Touch::ATOMIC);
    return *static_cast<const volatile uint32_t*>(p);
}
SIMT_UNREPORTED inline void store_release(uint32_t* p, uint32_t v) {
    simt::report(p, sizeof *p, simt::Touch::ATOMIC);
    *static_cast<volatile uint32_t*>(p) = v;
}
template <class P> void spin_until(P ready, simt::Where at = simt::Where::current()) {
    while (!ready()) simt::runtime->spin(at);
}

inline void cp_async16(void* shared, const void* global, bool valid, simt::Where at = simt::Where::current()) {
    simt::runtime->copyAsync(shared, global, 16, valid, at);
}
inline void cp_async4(void* shared, const void* global, bool valid, simt::Where at = simt::Where::current()) {
    simt::runtime->copyAsync(shared, global, 4, valid, at);
}
inline void cp_async_commit() { simt::runtime->commitCopies(); }
template <int N> void cp_async_wait() { simt::runtime->waitCopies(N); }

inline uint32_t tf32_rna(float v) {
    uint32_t bits = float_bits(v);
    if (v != v) return 0x7fffe000u;                        // the canonical NaN
    return std::isinf(v) ? bits : (bits + 0x1000u) & 0xffffe000u;
}

namespace simt {

/// The fragments that a lane passes to a product by tensor cores. A word holds one element in tf32 or two in bf16.
struct Fragments { uint32_t a[4], b[2]; };

/// Word k = quad + 4 half, [0, 8), of a row of `a` and of a column of `b`.
inline uint32_t wordOfA(const Meeting& m, int row, int quad, int half) {
    return valueOf<Fragments>(m, row % 8 * 4 + quad).a[row / 8 + 2 * half];
}
inline uint32_t wordOfB(const Meeting& m, int column, int quad, int half) {
    return valueOf<Fragments>(m, column * 4 + quad).b[half];
}

inline float tf32(uint32_t word) { return bits_float(word & 0xffffe000u); }
inline float bf16(uint32_t word, int part) { return bits_float(part == 0 ? word << 16 : word & 0xffff0000u); }

/// d += a b by a warp. `dot(sum, word of a, word of b)` adds the products of the elements in two words. Products are exact; they are
/// added in the order of k, each sum rounded to nearest. Hardware uses neither this order nor this rounding.
template <class Dot>
void multiply(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2], const char* operation, Dot dot, Where at) {
    Fragments mine{{a[0], a[1], a[2], a[3]}, {b[0], b[1]}};
    const Meeting& m = runtime->meet(&mine, sizeof mine, operation, at);
    if (m.met != ~0u) runtime->fault("a product by tensor cores in a warp of fewer than 32 lanes", at);
    int g = runtime->thread->lane / 4, t = runtime->thread->lane % 4;
    for (int i = 0; i < 4; i++) {
        int row = g + i / 2 * 8, column = 2 * t + i % 2;
        for (int k = 0; k < 8; k++) d[i] = dot(d[i], wordOfA(m, row, k % 4, k / 4), wordOfB(m, column, k % 4, k / 4));
    }
}

}  // namespace simt

inline void mma_tf32(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2], simt::Where at = simt::Where::current()) {
    simt::multiply(d, a, b, "mma_tf32", [](float sum, uint32_t x, uint32_t y) { return fma_rn(simt::tf32(x), simt::tf32(y), sum); }, at);
}
inline void mma_bf16(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2], simt::Where at = simt::Where::current()) {
    simt::multiply(d, a, b, "mma_bf16", [](float sum, uint32_t x, uint32_t y) {
        return fma_rn(simt::bf16(x, 1), simt::bf16(y, 1), fma_rn(simt::bf16(x, 0), simt::bf16(y, 0), sum));
    }, at);
}

// Global functions of CUDA that kernels use.
template <class T> T __ldg(const T* p) { return *p; }
inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __clz(int x) { return x ? __builtin_clz(unsigned(x)) : 32; }
inline int __ffs(int x) { return __builtin_ffs(x); }
template <class T> constexpr T min(T a, T b) { return b < a ? b : a; }
template <class T> constexpr T max(T a, T b) { return a < b ? b : a; }
