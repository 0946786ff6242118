// A stand-in for libcurand: the few functions that the backend calls, with the Philox4x32-10 generator of the host API.
// Source of the numbers: cuRAND Library documentation, "Host API Overview". The order of words and the formula of normals were
// found by running the host generator of libcurand.so.10 (10.4.0), which needs no driver.
//
// Word i of a seed: g = i / 4, lane i & 3 of Philox with counter (g / 65536, subsequence g % 65536) and the seed as key.
// Normal i is computed from the words of its pair, x = word(i & ~1), y = word(i | 1): u = (x + 1/2) / 2^32,
// v = 2 pi (y + 1/2) / 2^32, and sqrt(-2 ln u) times sin v if i is even, cos v if it is odd. Generating n values consumes n words.
#include "../host_work.hpp"

#include <cmath>
#include <cstdint>
#include <new>
#include <numbers>

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace {

enum Status : int { SUCCESS = 0, NOT_INITIALIZED = 101, ALLOCATION_FAILED = 102, TYPE_ERROR = 103, OUT_OF_RANGE = 104,
                    LENGTH_NOT_MULTIPLE = 105, LAUNCH_FAILURE = 201 };
constexpr int PHILOX4_32_10 = 161, VERSION = 10400;

struct Generator {
    bool onHost;
    void* stream = nullptr;
    uint64_t seed = 0, offset = 0;
};

uint32_t word(uint64_t seed, uint64_t i) {
    uint64_t quad = i / 4, block = quad / 65536;
    uint32_t c[4] = {uint32_t(block), uint32_t(block >> 32), uint32_t(quad % 65536), 0};
    uint32_t k0 = uint32_t(seed), k1 = uint32_t(seed >> 32);
    for (int round = 0; round < 10; round++) {
        uint64_t p = 0xD2511F53ull * c[0], q = 0xCD9E8D57ull * c[2];
        uint32_t next[4] = {uint32_t(q >> 32) ^ c[1] ^ k0, uint32_t(q), uint32_t(p >> 32) ^ c[3] ^ k1, uint32_t(p)};
        for (int lane = 0; lane < 4; lane++) c[lane] = next[lane];
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return c[i & 3];
}

double normal(uint64_t seed, uint64_t i) {
    double u = (word(seed, i & ~1ull) + 0.5) * 0x1p-32;
    double v = (word(seed, i | 1) + 0.5) * 0x1p-32 * 2 * std::numbers::pi;
    return std::sqrt(-2 * std::log(u)) * ((i & 1) == 0 ? std::sin(v) : std::cos(v));
}

struct Request {
    void* out;
    size_t n;
    uint64_t seed, first;
    float mean, deviation;
};

void words(const void* args) {
    const Request& r = *static_cast<const Request*>(args);
    for (size_t i = 0; i < r.n; i++) static_cast<uint32_t*>(r.out)[i] = word(r.seed, r.first + i);
}

void normals(const void* args) {
    const Request& r = *static_cast<const Request*>(args);
    for (size_t i = 0; i < r.n; i++) static_cast<float*>(r.out)[i] = float(r.mean + r.deviation * normal(r.seed, r.first + i));
}

int create(Generator** out, int type, bool onHost) {
    if (type != PHILOX4_32_10) return TYPE_ERROR;
    *out = new (std::nothrow) Generator{onHost};
    return *out ? SUCCESS : ALLOCATION_FAILED;
}

int generate(Generator* g, const char* name, void (*run)(const void*), Request request) {
    request.seed = g->seed;
    request.first = g->offset;
    g->offset += request.n;
    if (g->onHost) {
        run(&request);
        return SUCCESS;
    }
    SimtSpan span{reinterpret_cast<unsigned long long>(request.out), request.n * 4};
    SimtHostWork work{name, run, &request, sizeof request, &span, 1};
    return fvae_simt_enqueue(g->stream, &work) == 0 ? SUCCESS : LAUNCH_FAILURE;
}

}  // namespace

EXPORT int curandCreateGenerator(Generator** out, int type) { return create(out, type, false); }
EXPORT int curandCreateGeneratorHost(Generator** out, int type) { return create(out, type, true); }
EXPORT int curandDestroyGenerator(Generator* g) {
    if (g == nullptr) return NOT_INITIALIZED;
    delete g;
    return SUCCESS;
}
EXPORT int curandGetVersion(int* version) {
    *version = VERSION;
    return SUCCESS;
}
EXPORT int curandSetStream(Generator* g, void* stream) {
    if (g == nullptr) return NOT_INITIALIZED;
    g->stream = stream;
    return SUCCESS;
}
/// A new seed starts a new sequence at its beginning.
EXPORT int curandSetPseudoRandomGeneratorSeed(Generator* g, unsigned long long seed) {
    if (g == nullptr) return NOT_INITIALIZED;
    g->seed = seed;
    return SUCCESS;
}
EXPORT int curandSetGeneratorOffset(Generator* g, unsigned long long offset) {
    if (g == nullptr) return NOT_INITIALIZED;
    g->offset = offset;
    return SUCCESS;
}
EXPORT int curandGenerate(Generator* g, unsigned* out, size_t n) {
    return g == nullptr ? NOT_INITIALIZED : generate(g, "curandGenerate", words, {out, n, 0, 0, 0, 1});
}
/// The documentation requires an even n for pseudo-random generators, so an odd n returns an error.
EXPORT int curandGenerateNormal(Generator* g, float* out, size_t n, float mean, float deviation) {
    if (g == nullptr) return NOT_INITIALIZED;
    if (n % 2 != 0) return LENGTH_NOT_MULTIPLE;
    if (!(deviation > 0)) return OUT_OF_RANGE;
    return generate(g, "curandGenerateNormal", normals, {out, n, 0, 0, mean, deviation});
}
