// A stand-in for libcublas: the few functions that the backend calls, in plain fp32 on the host, in the order of the stream.
// Names and numbers: cuBLAS Library documentation, "Using the cuBLAS API".
#include "../host_work.hpp"

#include <algorithm>
#include <cstdint>
#include <new>

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace {

enum Status : int { SUCCESS = 0, NOT_INITIALIZED = 1, ALLOC_FAILED = 3, INVALID_VALUE = 7, EXECUTION_FAILED = 13, NOT_SUPPORTED = 15 };
enum Operation : int { N = 0, T = 1, C = 2 };
constexpr int VERSION = 120600;
constexpr int DEFAULT_MATH = 0, PEDANTIC_MATH = 2;

struct Handle {
    void* stream = nullptr;
    int math = DEFAULT_MATH;
};

/// Column-major: element (row, column) is at row * byRow + column * byColumn.
struct Matrix {
    const float* data;
    int64_t byRow, byColumn;
};

struct Gemm {
    Matrix a, b;
    float* c;
    int64_t ldc;
    int m, n, k;
    float alpha, beta;
};

void run(const void* args) {
    const Gemm& g = *static_cast<const Gemm*>(args);
    for (int j = 0; j < g.n; j++)
        for (int i = 0; i < g.m; i++) {
            const float* a = g.a.data + i * g.a.byRow;
            const float* b = g.b.data + j * g.b.byColumn;
            float sum = 0;
            for (int p = 0; p < g.k; p++) sum += a[p * g.a.byColumn] * b[p * g.b.byRow];
            float& c = g.c[i + j * g.ldc];
            c = g.beta == 0 ? g.alpha * sum : g.alpha * sum + g.beta * c;      // beta 0: C is not read, it may be NaN
        }
}

SimtSpan span(const void* p, int64_t rows, int64_t columns, int64_t ld) {
    size_t floats = rows == 0 || columns == 0 ? 0 : size_t((columns - 1) * ld + rows);
    return {reinterpret_cast<unsigned long long>(p), floats * sizeof(float)};
}

}  // namespace

EXPORT int cublasCreate_v2(Handle** out) {
    *out = new (std::nothrow) Handle;
    return *out ? SUCCESS : ALLOC_FAILED;
}
EXPORT int cublasDestroy_v2(Handle* handle) {
    if (handle == nullptr) return NOT_INITIALIZED;
    delete handle;
    return SUCCESS;
}
EXPORT int cublasGetVersion_v2(Handle* handle, int* version) {
    if (handle == nullptr) return NOT_INITIALIZED;
    *version = VERSION;
    return SUCCESS;
}
EXPORT int cublasSetStream_v2(Handle* handle, void* stream) {
    if (handle == nullptr) return NOT_INITIALIZED;
    handle->stream = stream;
    return SUCCESS;
}
/// The host has no TF32: modes that ask for it return an error, and are not computed in another precision.
EXPORT int cublasSetMathMode(Handle* handle, int mode) {
    if (handle == nullptr) return NOT_INITIALIZED;
    if (mode != DEFAULT_MATH && mode != PEDANTIC_MATH) return NOT_SUPPORTED;
    handle->math = mode;
    return SUCCESS;
}

/// C = alpha op(A) op(B) + beta C, column-major; alpha and beta on the host.
EXPORT int cublasSgemm_v2(Handle* handle, int opA, int opB, int m, int n, int k, const float* alpha, const float* a, int lda,
                          const float* b, int ldb, const float* beta, float* c, int ldc) {
    if (handle == nullptr) return NOT_INITIALIZED;
    bool ta = opA != N, tb = opB != N;
    if (opA < N || opA > C || opB < N || opB > C || m < 0 || n < 0 || k < 0 || lda < std::max(1, ta ? k : m)
        || ldb < std::max(1, tb ? n : k) || ldc < std::max(1, m) || alpha == nullptr || beta == nullptr) return INVALID_VALUE;
    if (m == 0 || n == 0) return SUCCESS;
    Gemm gemm{{a, ta ? lda : 1, ta ? 1 : lda}, {b, tb ? ldb : 1, tb ? 1 : ldb}, c, ldc, m, n, k, *alpha, *beta};
    SimtSpan spans[] = {span(a, ta ? k : m, ta ? m : k, lda), span(b, tb ? n : k, tb ? k : n, ldb), span(c, m, n, ldc)};
    SimtHostWork work{"cublasSgemm", run, &gemm, sizeof gemm, spans, 3};
    return fvae_simt_enqueue(handle->stream, &work) == 0 ? SUCCESS : EXECUTION_FAILED;
}
