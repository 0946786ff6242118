// The driver calls that the tests use, a wrapper for device buffers and launches, the checks, and the list of cases.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string>
#include <vector>

extern "C" {
using Address = unsigned long long;
int cuInit(unsigned);
int cuCtxCreate_v2(void**, unsigned, int);
int cuCtxDestroy_v2(void*);
int cuCtxGetCurrent(void**);
int cuCtxSetCurrent(void*);
int cuCtxSynchronize();
int cuMemAlloc_v2(Address*, size_t);
int cuMemFree_v2(Address);
int cuMemAllocHost_v2(void**, size_t);
int cuMemFreeHost(void*);
int cuMemcpyHtoD_v2(Address, const void*, size_t);
int cuMemcpyDtoH_v2(void*, Address, size_t);
int cuMemcpyHtoDAsync_v2(Address, const void*, size_t, void*);
int cuMemcpyDtoHAsync_v2(void*, Address, size_t, void*);
int cuMemsetD32_v2(Address, unsigned, size_t);
int cuMemsetD32Async(Address, unsigned, size_t, void*);
int cuModuleLoad(void**, const char*);
int cuModuleLoadData(void**, const void*);
int cuModuleUnload(void*);
int cuModuleGetFunction(void**, void*, const char*);
int cuFuncSetAttribute(void*, int, int);
int cuLaunchKernel(void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void*, void**, void**);
int cuLaunchCooperativeKernel(void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void*, void**);
int cuOccupancyMaxActiveBlocksPerMultiprocessor(int*, void*, int, size_t);
int cuStreamCreate(void**, unsigned);
int cuStreamDestroy_v2(void*);
int cuStreamSynchronize(void*);
int cuStreamQuery(void*);
int cuStreamWaitEvent(void*, void*, unsigned);
int cuEventCreate(void**, unsigned);
int cuEventDestroy_v2(void*);
int cuEventRecord(void*, void*);
int cuEventSynchronize(void*);
int cuStreamBeginCapture_v2(void*, int);
int cuStreamEndCapture(void*, void**);
int cuGraphInstantiateWithFlags(void**, void*, unsigned long long);
int cuGraphGetNodes(void*, void**, size_t*);
int cuGraphLaunch(void*, void*);
int cuGraphDestroy(void*);
int cuGraphExecDestroy(void*);
int cuTexRefCreate(void**);
int cuGetErrorName(int, const char**);
long fvae_simt_count(const char*);
void fvae_simt_fail_at(long, int);
bool fvae_simt_schedule(const char*, unsigned long long);
int fvae_simt_guard(Address, size_t);
void fvae_simt_multiprocessors(int);
void fvae_simt_spins(unsigned long long);
size_t fvae_simt_message(char*, size_t);
}

inline std::string message() {
    std::vector<char> text(fvae_simt_message(nullptr, 0) + 1);
    fvae_simt_message(text.data(), text.size());
    return text.data();
}

using Where = std::source_location;

[[noreturn]] inline void fail(const Where& at, const std::string& what) {
    std::printf("%s:%u: %s\n", at.file_name(), at.line(), what.c_str());
    std::exit(1);
}
inline void expect(bool fact, const char* what, Where at = Where::current()) {
    if (!fact) fail(at, std::string("expected ") + what + "; last message: " + message());
}
inline void expectEqual(long long got, long long wanted, const char* what, Where at = Where::current()) {
    if (got != wanted) fail(at, std::string(what) + " is " + std::to_string(got) + ", expected " + std::to_string(wanted) + "; last message: " + message());
}
inline void expectMessage(const std::string& part, Where at = Where::current()) {
    if (message().find(part) == std::string::npos) fail(at, "the message should say '" + part + "', it says '" + message() + "'");
}
inline void ok(int result, Where at = Where::current()) { expectEqual(result, 0, "result", at); }

/// The file of the module that the cases load.
inline std::string modulePath;

struct Case { const char* name; void (*run)(); };

/// All cases, in the order in which their files are included; CASE adds a case to this list.
inline std::vector<Case>& cases() {
    static std::vector<Case> all;
    return all;
}
inline bool listed(const char* name, void (*run)()) {
    cases().push_back({name, run});
    return true;
}
#define CASE(name) static void name(); static const bool name##_listed = listed(#name, name); static void name()

template <class T> struct Buffer {
    Address address = 0;
    size_t count;
    explicit Buffer(std::vector<T> values) : count(values.size()) {
        ok(cuMemAlloc_v2(&address, count * sizeof(T)));
        ok(cuMemcpyHtoD_v2(address, values.data(), count * sizeof(T)));
    }
    Buffer(const Buffer&) = delete;
    ~Buffer() { cuMemFree_v2(address); }
    std::vector<T> read(Where at = Where::current()) const {
        std::vector<T> values(count);
        ok(cuMemcpyDtoH_v2(values.data(), address, count * sizeof(T)), at);
        return values;
    }
};

struct Vectors { Address x, y; int32_t n; uint32_t reserved; };
struct Words { Address words, table; uint32_t n, value; };

/// A context with the test module loaded.
struct Session {
    void* context = nullptr;
    void* module = nullptr;
    explicit Session(const std::string& path) {
        ok(cuInit(0));
        ok(cuCtxCreate_v2(&context, 0, 0));
        ok(cuModuleLoad(&module, path.c_str()));
    }
    Session(const Session&) = delete;
    ~Session() {
        cuModuleUnload(module);
        cuCtxDestroy_v2(context);
    }
    void* function(const char* name) const {
        void* f = nullptr;
        ok(cuModuleGetFunction(&f, module, name));
        return f;
    }
    template <class Args> int launch(const char* name, unsigned blocks, Args args, unsigned dynamic = 0, void* stream = nullptr) const {
        void* params[] = {&args};
        return cuLaunchKernel(function(name), blocks, 1, 1, 256, 1, 1, dynamic, stream, params, nullptr);
    }
    /// Launches and waits.
    template <class Args> int run(const char* name, unsigned blocks, Args args, unsigned dynamic = 0) const {
        int r = launch(name, blocks, args, dynamic);
        return r != 0 ? r : cuCtxSynchronize();
    }
};

inline std::vector<float> ramp(size_t n) {
    std::vector<float> v(n);
    for (size_t i = 0; i < n; i++) v[i] = float(i);
    return v;
}
