// Products of matrices: C[m, n] = sum over k of A(m, k) B(k, n), added in the order of k by fma, so that all variants that do not
// use tensor cores give the same bits.
#pragma once

#include "reduce.cuh"

// Naive: one thread per element, 16 x 16 elements per block; neighbouring threads have neighbouring columns.
constexpr int SIDE = 16;
static_assert(SIDE * SIDE == BLOCK, "one thread per element");

// Tiled: a block computes TM x TN elements, a thread 4 x 4 of them, in slices of TK along k.
constexpr int TM = 64;
constexpr int TN = 64;
constexpr int TK = 16;
static_assert(TM * TN == 16 * BLOCK && TM * TK == 4 * BLOCK && TN * TK == 4 * BLOCK,
              "a thread computes 4 x 4 elements and loads four of each operand per slice");

// An element of row `row` of a gradient, times the row's weight if `Args` has weights.
template <class Args> DEVICE float weighed(const Args& args, int64_t row, float value) {
    return args.weights != nullptr ? value * args.weights[row] : value;
}

// The element of a [rows, columns] matrix at which a thread's work starts; blocks are numbered row by row.
struct Place {
    int64_t row;
    int64_t column;
    int row_block;     // [0, ceil(rows / block rows))
    int column_block;  // [0, ceil(columns / block columns))
};

DEVICE Place naive_place(int block, uint32_t columns) {
    const int across = int(ceil_div(columns, SIDE));
    const int r = block / across;
    const int c = block % across;
    return {int64_t(r) * SIDE + threadIdx.x / SIDE, int64_t(c) * SIDE + threadIdx.x % SIDE, r, c};
}

DEVICE Place tiled_place(int block, uint32_t columns) {
    const int across = int(ceil_div(columns, TN));
    const int r = block / across;
    const int c = block % across;
    return {int64_t(r) * TM + threadIdx.x / 16 * 4, int64_t(c) * TN + threadIdx.x % 16 * 4, r, c};
}

// One slice of both operands, indexed by k first. Rows are padded by 4 floats: writes across rows then have two-way bank conflicts
// and not eight-way ones, and float4 reads stay aligned.
struct GemmTile {
    float a[TK][TM + 4];
    float b[TK][TN + 4];
};
static_assert(sizeof(GemmTile) % 16 == 0 && (TM + 4) % 4 == 0 && (TN + 4) % 4 == 0, "rows are read as float4");

// One operand of a product; `major` is its index that is not k (m or n). Its layout is data[major * ld + k] if K_FIRST, else
// data[k * ld + major].
struct Operand {
    const float* data;
    int64_t majors;
    int64_t depth;
    int64_t ld;
    const float* scale = nullptr;  // [depth]: a factor for all elements at k; only without K_FIRST
};

DEVICE float4 scaled(const float4& v, float by) { return make_float4(v.x * by, v.y * by, v.z * by, v.w * by); }

// True if every row of a matrix of `ld` columns starts at a multiple of 16 bytes, so that one access can move four elements. This
// also holds for rows that consist of several parts of `ld` columns.
DEVICE bool by_four(const void* data, int64_t ld) { return ld % 4 == 0 && reinterpret_cast<uint64_t>(data) % 16 == 0; }

// Elements [at, at + 4) of a row of `count`; zeros beyond it.
DEVICE float4 load_four(const float* row, int64_t at, int64_t count, bool vector) {
    if (vector) {
        return at < count ? *reinterpret_cast<const float4*>(row + at) : make_float4(0, 0, 0, 0);
    }
    return make_float4(at < count ? row[at] : 0, at + 1 < count ? row[at + 1] : 0, at + 2 < count ? row[at + 2] : 0,
                       at + 3 < count ? row[at + 3] : 0);
}

DEVICE void store_four(float* row, int64_t at, int64_t count, bool vector, const float (&v)[4]) {
    if (vector) {
        if (at < count) {
            *reinterpret_cast<float4*>(row + at) = make_float4(v[0], v[1], v[2], v[3]);
        }
        return;
    }
#pragma unroll
    for (int j = 0; j < 4; j++) {
        if (at + j < count) {
            row[at + j] = v[j];
        }
    }
}

// The calling thread's four elements of the slice at (major0, k0).
template <bool K_FIRST> DEVICE float4 fetch(const Operand& o, int64_t major0, int64_t k0, bool vector) {
    const int64_t line = K_FIRST ? major0 + threadIdx.x / 4 : k0 + threadIdx.x / 16;
    const int64_t lines = K_FIRST ? o.majors : o.depth;
    const int64_t at = K_FIRST ? k0 + threadIdx.x % 4 * 4 : major0 + threadIdx.x % 16 * 4;
    if (line >= lines) {
        return make_float4(0, 0, 0, 0);
    }
    const float4 four = load_four(o.data + line * o.ld, at, K_FIRST ? o.depth : o.majors, vector);
    return !K_FIRST && o.scale != nullptr ? scaled(four, o.scale[line]) : four;
}

template <bool K_FIRST> DEVICE void put(float (&slice)[TK][TM + 4], float4 v) {
    if (K_FIRST) {
        const int major = threadIdx.x / 4;
        const int k = threadIdx.x % 4 * 4;
        slice[k][major] = v.x;
        slice[k + 1][major] = v.y;
        slice[k + 2][major] = v.z;
        slice[k + 3][major] = v.w;
    } else {
        *reinterpret_cast<float4*>(&slice[threadIdx.x / 16][threadIdx.x % 16 * 4]) = v;
    }
}

// sum[i][j] = C[row + i, column + j] of the calling thread. The functions a(k0) and b(k0) return the thread's four elements of the
// operands' slices at k0, the same elements as fetch. All threads of the block must call it.
template <bool A_K_FIRST, bool B_K_FIRST, class A, class B>
DEVICE void staged_product(const A& a, const B& b, int64_t depth, GemmTile& tile, float (&sum)[4][4]) {
    static_assert(TM == TN, "both operands are staged in the same way");
    const int m = threadIdx.x / 16 * 4;
    const int n = threadIdx.x % 16 * 4;
    float4 next_a = a(0);
    float4 next_b = b(0);
    for (int64_t k0 = 0; k0 < depth; k0 += TK) {
        sync();  // all threads have read the previous slice, before this one is written
        put<A_K_FIRST>(tile.a, next_a);
        put<B_K_FIRST>(tile.b, next_b);
        sync();  // all threads have written this slice, before it is read
        if (k0 + TK < depth) {  // the next slice is loaded while this one is multiplied
            next_a = a(k0 + TK);
            next_b = b(k0 + TK);
        }
#pragma unroll
        for (int k = 0; k < TK; k++) {
            const float4 u = *reinterpret_cast<const float4*>(&tile.a[k][m]);
            const float4 v = *reinterpret_cast<const float4*>(&tile.b[k][n]);
            const float us[4] = {u.x, u.y, u.z, u.w};
            const float vs[4] = {v.x, v.y, v.z, v.w};
#pragma unroll
            for (int i = 0; i < 4; i++) {
#pragma unroll
                for (int j = 0; j < 4; j++) {
                    sum[i][j] = fma_rn(us[i], vs[j], sum[i][j]);
                }
            }
        }
    }
}

// The same with both operands in memory; the majors of a are the rows of C, those of b its columns.
template <bool A_K_FIRST, bool B_K_FIRST>
DEVICE void tiled_product(const Operand& a, const Operand& b, const Place& place, GemmTile& tile, float (&sum)[4][4]) {
    const bool a_vector = by_four(a.data, a.ld);
    const bool b_vector = by_four(b.data, b.ld);
    const int64_t a0 = int64_t(place.row_block) * TM;
    const int64_t b0 = int64_t(place.column_block) * TN;
    staged_product<A_K_FIRST, B_K_FIRST>([&](int64_t k0) { return fetch<A_K_FIRST>(a, a0, k0, a_vector); },
                                         [&](int64_t k0) { return fetch<B_K_FIRST>(b, b0, k0, b_vector); }, a.depth, tile, sum);
}
