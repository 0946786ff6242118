// The only header that depends on the hardware. Kernels include this file and the headers in this folder, nothing else.
// nvcc and NVRTC compile the definitions below; g++ with -DFVAE_SIMT compiles kernels/simt/device.hpp in their place, which defines
// the same names for the CPU (see kernels/simt/README.md). Inline PTX is in this file only.
//
//   KERNEL(name, Args, SMEM) { ... args, block, smem ... }   the kernel of an op: `block` numbers its blocks row by row of the grid,
//                                         `smem` points to SMEM bytes of shared memory (null for 0). It is an entry point of 256
//                                         threads whose only parameter is `const Args args`; in a phase (phase.cuh) it is a
//                                         function that the phase's entry point calls
//   ENTRY(name, Args, SMEM) { ... }       an entry point, in a phase as well
//   SHARED(T, name, COUNT)                a static shared array, 16-byte aligned
//   DYN_SHARED(T, name)                   the launch's dynamic shared memory, 16-byte aligned
//   sync()                                barrier of the block; fence(), fence_block(): memory fences
//   lane_id(), warp_id()                  of a one-dimensional block
//   warp_shuffle(v, lane), warp_shuffle_xor(v, bits), warp_shuffle_down(v, by), warp_ballot(p), warp_any(p), warp_all(p), warp_sync()
//   fma_rn, mul_rn, add_rn, sub_rn, div_rn, sqrt_rn, float_rn     one IEEE rounding each: never contracted, never approximate
//   float_bits, bits_float, mul_hi
//   atomic_add, atomic_max, atomic_or, atomic_exchange, atomic_cas (integers only: float sums have a fixed order)
//   load_acquire, store_release, spin_until(predicate)
//   cp_async16(shared, global, valid), cp_async4, cp_async_commit(), cp_async_wait<N>()     !valid writes zeros
//   tf32_rna(v)                           the bits of v rounded to tf32, 11 significant bits: to nearest, ties away from zero;
//                                         the low 13 bits are zero, infinities stay, what rounds past the range becomes one
//   mma_tf32(d, a, b), mma_bf16(d, a, b)  a warp's d += a b on tensor cores, d 16 x 8, a 16 x 8 (bf16: 16 x 16), products exact.
//                                         With g = lane / 4, t = lane % 4 a lane holds, each as (row, column):
//       d     (g, 2t) (g, 2t+1) (g+8, 2t) (g+8, 2t+1)
//       tf32  a (g, t) (g+8, t) (g, t+4) (g+8, t+4);  b (t, g) (t+4, g); low 13 bits are ignored
//       bf16  two neighbours per word, the first in its low half: a (g, 2t) (g+8, 2t) (g, 2t+8) (g+8, 2t+8);  b (2t, g) (2t+8, g)
//                                         The order and the roundings of the sum are the hardware's own
//   trap()                                stops the kernel with an error, in cases that must be impossible
//   FIELD_AT(type, field, OFFSET);        asserts where a field lies
#pragma once

#ifdef __CUDACC_RTC__  // NVRTC has no offsetof; nvcc and g++ compile the same headers and check the offsets
#define FIELD_AT(type, field, OFFSET) static_assert(true)
#else
#define FIELD_AT(type, field, OFFSET) static_assert(__builtin_offsetof(type, field) == (OFFSET), #field " of " #type)
#endif

#ifdef FVAE_SIMT
#include "../simt/device.hpp"
#else

#ifdef __CUDACC_RTC__
using int32_t = int;
using uint32_t = unsigned int;
using int64_t = long long;
using uint64_t = unsigned long long;
using uint8_t = unsigned char;
using uint16_t = unsigned short;
#else
#include <cstddef>
#include <cstdint>
#endif

// A phase asks for 2 blocks per multiprocessor, which allows 128 registers per thread. Without this bound, ptxas limits the phase
// to 64 registers to make room for a fourth block, and spills (4 B on sm_80, 8 B on sm_100). With 3 blocks and 80 registers, phases
// with several updates still spill.
#ifdef FVAE_PHASE
#define FVAE_BOUNDS __launch_bounds__(256, 2)
#else
#define FVAE_BOUNDS __launch_bounds__(256)
#endif

#define ENTRY(name, Args, SMEM)                                                                   \
    FVAE_DEVICE void name##_entry(const Args& args, int block, char* smem);                       \
    extern "C" __global__ void FVAE_BOUNDS name(const __grid_constant__ Args args) {              \
        const int block = int(blockIdx.y * gridDim.x + blockIdx.x);                               \
        if constexpr ((SMEM) > 0) {                                                               \
            SHARED(char, smem, (SMEM) > 0 ? (SMEM) : 1);                                          \
            name##_entry(args, block, smem);                                                      \
        } else {                                                                                  \
            name##_entry(args, block, nullptr);                                                   \
        }                                                                                         \
    }                                                                                             \
    FVAE_DEVICE void name##_entry([[maybe_unused]] const Args& args, [[maybe_unused]] int block, [[maybe_unused]] char* smem)
#define SHARED(T, name, COUNT) __shared__ __align__(16) T name[COUNT]
#define DYN_SHARED(T, name)                                         \
    extern __shared__ __align__(16) unsigned char fvae_dyn_shared[]; \
    T* name = reinterpret_cast<T*>(fvae_dyn_shared)

#define FVAE_DEVICE static __device__ __forceinline__

FVAE_DEVICE void sync() { __syncthreads(); }
FVAE_DEVICE void fence() { __threadfence(); }
FVAE_DEVICE void fence_block() { __threadfence_block(); }
FVAE_DEVICE void trap() { asm volatile("trap;"); }

FVAE_DEVICE int lane_id() { return int(threadIdx.x & 31u); }
FVAE_DEVICE int warp_id() { return int(threadIdx.x >> 5); }

template <class T> FVAE_DEVICE T warp_shuffle(T v, int lane) { return __shfl_sync(0xffffffffu, v, lane); }
template <class T> FVAE_DEVICE T warp_shuffle_xor(T v, int bits) { return __shfl_xor_sync(0xffffffffu, v, bits); }
template <class T> FVAE_DEVICE T warp_shuffle_down(T v, int by) { return __shfl_down_sync(0xffffffffu, v, unsigned(by)); }
FVAE_DEVICE uint32_t warp_ballot(bool p) { return __ballot_sync(0xffffffffu, p); }
FVAE_DEVICE bool warp_any(bool p) { return __any_sync(0xffffffffu, p); }
FVAE_DEVICE bool warp_all(bool p) { return __all_sync(0xffffffffu, p); }
FVAE_DEVICE void warp_sync() { __syncwarp(); }

FVAE_DEVICE float fma_rn(float a, float b, float c) { return __fmaf_rn(a, b, c); }
FVAE_DEVICE float mul_rn(float a, float b) { return __fmul_rn(a, b); }
FVAE_DEVICE float add_rn(float a, float b) { return __fadd_rn(a, b); }
FVAE_DEVICE float sub_rn(float a, float b) { return __fsub_rn(a, b); }
FVAE_DEVICE float div_rn(float a, float b) { return __fdiv_rn(a, b); }
FVAE_DEVICE float sqrt_rn(float a) { return __fsqrt_rn(a); }
FVAE_DEVICE float float_rn(uint32_t a) { return __uint2float_rn(a); }
FVAE_DEVICE float float_rn(int32_t a) { return __int2float_rn(a); }
FVAE_DEVICE uint32_t float_bits(float a) { return __float_as_uint(a); }
FVAE_DEVICE float bits_float(uint32_t a) { return __uint_as_float(a); }
FVAE_DEVICE uint32_t mul_hi(uint32_t a, uint32_t b) { return __umulhi(a, b); }
FVAE_DEVICE uint64_t mul_hi(uint64_t a, uint64_t b) { return __umul64hi(a, b); }

FVAE_DEVICE uint32_t atomic_add(uint32_t* p, uint32_t v) { return atomicAdd(p, v); }
FVAE_DEVICE int32_t atomic_add(int32_t* p, int32_t v) { return atomicAdd(p, v); }
FVAE_DEVICE uint32_t atomic_max(uint32_t* p, uint32_t v) { return atomicMax(p, v); }
FVAE_DEVICE uint32_t atomic_or(uint32_t* p, uint32_t v) { return atomicOr(p, v); }
FVAE_DEVICE uint32_t atomic_exchange(uint32_t* p, uint32_t v) { return atomicExch(p, v); }
FVAE_DEVICE uint32_t atomic_cas(uint32_t* p, uint32_t expected, uint32_t v) { return atomicCAS(p, expected, v); }

FVAE_DEVICE uint32_t load_acquire(const uint32_t* p) {
    uint32_t v;
    asm volatile("ld.acquire.gpu.u32 %0, [%1];" : "=r"(v) : "l"(p) : "memory");
    return v;
}
FVAE_DEVICE void store_release(uint32_t* p, uint32_t v) {
    asm volatile("st.release.gpu.u32 [%0], %1;" : : "l"(p), "r"(v) : "memory");
}
template <class P> FVAE_DEVICE void spin_until(P ready) {
    while (!ready()) __nanosleep(20);
}

FVAE_DEVICE void cp_async16(void* shared, const void* global, bool valid) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
                 : : "r"(uint32_t(__cvta_generic_to_shared(shared))), "l"(global), "r"(valid ? 16 : 0) : "memory");
}
FVAE_DEVICE void cp_async4(void* shared, const void* global, bool valid) {
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;"
                 : : "r"(uint32_t(__cvta_generic_to_shared(shared))), "l"(global), "r"(valid ? 4 : 0) : "memory");
}
FVAE_DEVICE void cp_async_commit() { asm volatile("cp.async.commit_group;" : : : "memory"); }
template <int N> FVAE_DEVICE void cp_async_wait() { asm volatile("cp.async.wait_group %0;" : : "n"(N) : "memory"); }

// PTX does not define the 13 low bits that tf32 does not have, so they are cleared here: x - tf32(x) needs them to be zero.
FVAE_DEVICE uint32_t tf32_rna(float v) {
    uint32_t bits;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(v));
    return bits & 0xffffe000u;
}
FVAE_DEVICE void mma_tf32(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
FVAE_DEVICE void mma_bf16(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

#endif

// In a phase (see phase.cuh) the file of a kernel defines a function and the size of the shared memory that it needs.
#ifdef FVAE_PHASE
#define KERNEL(name, Args, SMEM)            \
    constexpr int name##_smem = int(SMEM);  \
    FVAE_DEVICE void name##_part([[maybe_unused]] const Args& args, [[maybe_unused]] int block, [[maybe_unused]] char* smem)
#else
#define KERNEL(name, Args, SMEM) ENTRY(name, Args, SMEM)
#endif
