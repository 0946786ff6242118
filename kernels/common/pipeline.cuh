// Products of matrices whose slices are copied to shared memory by cp.async while earlier ones are multiplied: STAGES slices are
// being copied or in use at a time, with one barrier per slice.
#pragma once

#include "gemm.cuh"

// While slice s is multiplied, s + 1 and s + 2 are being copied. A fourth stage would take shared memory from other blocks, so that
// fewer could run at a time.
constexpr int STAGES = 3;

// One slice of one operand in the order of its matrix: [major][k] if K_FIRST, else [k][major].
// Rows are padded so that the threads of one access use different banks (32 banks, each one word wide); see `spread` below.
template <bool K_FIRST> struct Slice {
    static constexpr int PITCH = K_FIRST ? TK + 4 : TM + 8;
    static constexpr int LINES = K_FIRST ? TM : TK;
    alignas(16) float words[LINES * PITCH];
};
static_assert(Slice<true>::PITCH == 20 && Slice<false>::PITCH == 72 && TM == TN, "the pitches that avoid bank conflicts");
static_assert(Slice<true>::PITCH % 4 == 0 && Slice<false>::PITCH % 4 == 0, "every row starts on 16 bytes");

// The word of the slice's element at (major, k): major [0, TM), k [0, TK).
template <bool K_FIRST> DEVICE constexpr int word_of(int major, int k) {
    return K_FIRST ? major * Slice<true>::PITCH + k : k * Slice<false>::PITCH + major;
}

// Whether the words of `majors` majors times `ks` values of k are all in different banks.
template <bool K_FIRST> DEVICE constexpr bool spread(int majors, int ks) {
    uint32_t banks = 0;
    for (int major = 0; major < majors; major++) {
        for (int k = 0; k < ks; k++) {
            const uint32_t bank = 1u << word_of<K_FIRST>(major, k) % 32;
            if (banks & bank) {
                return false;
            }
            banks |= bank;
        }
    }
    return true;
}
static_assert(spread<true>(8, 4), "float4 along k of eight majors, which hardware reads at once; and a fragment of mma.cuh");
static_assert(spread<false>(8, 4), "a fragment of mma.cuh");

template <bool A_K_FIRST, bool B_K_FIRST> struct Pipeline {
    Slice<A_K_FIRST> a[STAGES];
    Slice<B_K_FIRST> b[STAGES];
};
static_assert(sizeof(Pipeline<true, true>) <= 48 << 10, "static shared memory");

// Starts copying the calling thread's four elements of the slice at (major0, k0); elements beyond the operand become 0.
template <bool K_FIRST> DEVICE void copy_slice(const Operand& o, int64_t major0, int64_t k0, bool vector, Slice<K_FIRST>& slice) {
    const int line = K_FIRST ? threadIdx.x / 4 : threadIdx.x / 16;           // [0, LINES)
    const int at = K_FIRST ? threadIdx.x % 4 * 4 : threadIdx.x % 16 * 4;     // multiples of 4
    const int64_t from_line = (K_FIRST ? major0 : k0) + line;
    const int64_t from = (K_FIRST ? k0 : major0) + at;
    const bool inside = from_line < (K_FIRST ? o.majors : o.depth);
    const int64_t count = K_FIRST ? o.depth : o.majors;
    const float* source = o.data + from_line * o.ld + from;
    float* to = slice.words + line * Slice<K_FIRST>::PITCH + at;
    if (vector) {
        const bool valid = inside && from < count;
        cp_async16(to, valid ? source : o.data, valid);
        return;
    }
#pragma unroll
    for (int i = 0; i < 4; i++) {
        const bool valid = inside && from + i < count;
        cp_async4(to + i, valid ? source + i : o.data, valid);
    }
}

// Multiplies the elements that the calling thread has copied, and whose copy has completed, by the scale of their k.
DEVICE void scale_slice(const Operand& o, int64_t k0, Slice<false>& slice) {
    const int line = threadIdx.x / 16;
    float* words = slice.words + line * Slice<false>::PITCH + threadIdx.x % 16 * 4;
    const float by = k0 + line < o.depth ? o.scale[k0 + line] : 0.0f;
#pragma unroll
    for (int i = 0; i < 4; i++) {
        words[i] *= by;
    }
}

// True if the rows are aligned for copies of four elements and each such copy is inside the operand as a whole or not at all.
template <bool K_FIRST> DEVICE bool copies_by_four(const Operand& o) {
    return by_four(o.data, o.ld) && (K_FIRST ? o.depth : o.majors) % 4 == 0;
}

// Calls multiply(slice of a, slice of b) for every slice of the block's tile, in order of k.
template <bool A_K_FIRST, bool B_K_FIRST, class Multiply>
DEVICE void for_each_slice(const Operand& a, const Operand& b, const Place& place, Pipeline<A_K_FIRST, B_K_FIRST>& stages,
                           Multiply multiply) {
    const bool a_vector = copies_by_four<A_K_FIRST>(a);
    const bool b_vector = copies_by_four<B_K_FIRST>(b);
    const int64_t a0 = int64_t(place.row_block) * TM;
    const int64_t b0 = int64_t(place.column_block) * TN;
    const auto copy = [&](int64_t k0, int stage) {
        if (k0 < a.depth) {
            copy_slice<A_K_FIRST>(a, a0, k0, a_vector, stages.a[stage]);
            copy_slice<B_K_FIRST>(b, b0, k0, b_vector, stages.b[stage]);
        }
        cp_async_commit();  // one group per slice, at the end empty groups, so that the wait below counts slices
    };
#pragma unroll
    for (int stage = 0; stage < STAGES - 1; stage++) {
        copy(int64_t(stage) * TK, stage);
    }
    int stage = 0;
    for (int64_t k0 = 0; k0 < a.depth; k0 += TK) {
        cp_async_wait<STAGES - 2>();  // this thread's copies of the slice have completed
        if constexpr (!A_K_FIRST) {
            if (a.scale != nullptr) {
                scale_slice(a, k0, stages.a[stage]);
            }
        }
        sync();  // the copies of all threads have completed, before the slice is read; the previous slice has been read, before
                 // the copy below overwrites it
        copy(k0 + (STAGES - 1) * TK, stage == 0 ? STAGES - 1 : stage - 1);
        multiply(stages.a[stage], stages.b[stage]);
        stage = stage == STAGES - 1 ? 0 : stage + 1;
    }
}

// The thread's 4 x 4 elements of C are at (row + i, column + COLUMN_STEP j). Neighbouring threads have neighbouring columns, so that
// their float4 reads of b use different banks.
DEVICE Place pipelined_place(int block, uint32_t columns) {
    Place at = tiled_place(block, columns);
    at.column = int64_t(at.column_block) * TN + threadIdx.x % 16;
    return at;
}
constexpr int COLUMN_STEP = 16;

template <bool K_FIRST> DEVICE void load_words(const Slice<K_FIRST>& slice, int word, float (&to)[4]) {
    const float4 four = *reinterpret_cast<const float4*>(&slice.words[word]);
    to[0] = four.x;
    to[1] = four.y;
    to[2] = four.z;
    to[3] = four.w;
}

// sum[i][j] = C[row + i, column + COLUMN_STEP j] of a pipelined_place, added in the order of k by fma: the same bits as tiled_product.
DEVICE void pipelined_product(const Operand& a, const Operand& b, const Place& place, Pipeline<true, true>& stages,
                              float (&sum)[4][4]) {
    for_each_slice<true, true>(a, b, place, stages, [&](const Slice<true>& u, const Slice<true>& v) {
        const int m = threadIdx.x / 16 * 4;
        const int n = threadIdx.x % 16;
#pragma unroll
        for (int k = 0; k < TK; k += 4) {
            float us[4][4];  // [row][k]
            float vs[4][4];  // [column][k]
#pragma unroll
            for (int i = 0; i < 4; i++) {
                load_words(u, word_of<true>(m + i, k), us[i]);
                load_words(v, word_of<true>(n + COLUMN_STEP * i, k), vs[i]);
            }
#pragma unroll
            for (int q = 0; q < 4; q++) {
#pragma unroll
                for (int i = 0; i < 4; i++) {
#pragma unroll
                    for (int j = 0; j < 4; j++) {
                        sum[i][j] = fma_rn(us[i][q], vs[j][q], sum[i][j]);
                    }
                }
            }
        }
    });
}
