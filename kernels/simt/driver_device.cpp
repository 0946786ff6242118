// Initialisation, device queries, contexts.
#include "standin.hpp"

#include <cstdio>
#include <cstring>

using namespace simt;

namespace {

const char* const NAME = "SIMT device (CPU)";

// The cases are numbers of CUdevice_attribute. The device reports compute capability 9.0 and has the limits of sm_90.
int attribute(const Device& d, int number) {
    switch (number) {
        case 1: case 2: case 3: return number == 3 ? 64 : 1024;      // threads per block, block x, y, z
        case 5: return 0x7fffffff;                                   // grid x, y, z
        case 6: case 7: return 65535;
        case 8: return 48 << 10;                                     // shared memory per block
        case 9: return 64 << 10;                                     // constant memory
        case 10: return 32;                                          // warp
        case 12: return 65536;                                       // registers per block
        case 13: case 36: return 1'000'000;                          // clocks in kHz, invented: nothing is timed here
        case 14: return 512;                                         // alignment
        case 16: return d.multiprocessors;
        case 19: case 31: case 41: return 1;                         // maps host memory, concurrent kernels, unified addresses
        case 37: return 4096;                                        // bus width
        case 38: return 50 << 20;                                    // L2
        case 39: return 2048;                                        // threads per multiprocessor
        case 40: return 2;                                           // copy engines
        case 75: return 9;                                           // compute capability
        case 76: return 0;
        case 78: return 1;                                           // stream priorities
        case 81: return 228 << 10;                                   // shared memory per multiprocessor
        case 82: return 65536;                                       // registers per multiprocessor
        case 95: return 1;                                           // cooperative launch
        case 97: return int(SharedMemory::LIMIT);                    // shared memory per block, opted in
        case 106: return 32;                                         // blocks per multiprocessor
        case 111: return 1024;                                       // reserved shared memory
        default: return 0;
    }
}

Result known(int ordinal) { return ordinal == 0 ? SUCCESS : INVALID_DEVICE; }

Context* create(Device& d, unsigned flags) {
    auto* c = new Context{flags};
    d.contexts.insert(c);
    return c;
}

void destroy(Device& d, Context* c) {
    d.contexts.erase(c);
    delete c;
    if (d.contexts.empty()) d.releaseAll();
}

}  // namespace

FVAE_EXPORT int cuInit(unsigned flags) {
    return call("cuInit", NOTHING, [&](Device& d, std::string&) {
        if (flags != 0) return INVALID_VALUE;
        d.initialised = true;
        return SUCCESS;
    });
}
FVAE_EXPORT int cuDriverGetVersion(int* version) {
    return call("cuDriverGetVersion", NOTHING, [&](Device&, std::string&) { *version = 12060; return SUCCESS; });
}
FVAE_EXPORT int cuDeviceGetCount(int* count) {
    return call("cuDeviceGetCount", INIT, [&](Device&, std::string&) { *count = 1; return SUCCESS; });
}
FVAE_EXPORT int cuDeviceGet(int* out, int ordinal) {
    return call("cuDeviceGet", INIT, [&](Device&, std::string&) { *out = ordinal; return known(ordinal); });
}
FVAE_EXPORT int cuDeviceGetName(char* name, int length, int ordinal) {
    return call("cuDeviceGetName", INIT, [&](Device&, std::string&) {
        std::snprintf(name, size_t(length), "%s", NAME);
        return known(ordinal);
    });
}
FVAE_EXPORT int cuDeviceGetUuid(void* uuid, int ordinal) {
    return call("cuDeviceGetUuid", INIT, [&](Device&, std::string&) { std::memcpy(uuid, "fvae simt device", 16); return known(ordinal); });
}
FVAE_EXPORT int cuDeviceTotalMem_v2(size_t* bytes, int ordinal) {
    return call("cuDeviceTotalMem", INIT, [&](Device& d, std::string&) { *bytes = d.memory.total(); return known(ordinal); });
}
FVAE_EXPORT int cuDeviceGetAttribute(int* value, int number, int ordinal) {
    return call("cuDeviceGetAttribute", INIT, [&](Device& d, std::string&) { *value = attribute(d, number); return known(ordinal); });
}
FVAE_EXPORT int cuDeviceComputeCapability(int* major, int* minor, int ordinal) {
    return call("cuDeviceComputeCapability", INIT, [&](Device&, std::string&) { *major = 9; *minor = 0; return known(ordinal); });
}

FVAE_EXPORT int cuCtxCreate_v2(Context** out, unsigned flags, int ordinal) {
    return call("cuCtxCreate", INIT, [&](Device& d, std::string&) {
        if (known(ordinal) != SUCCESS) return INVALID_DEVICE;
        currentContext() = *out = create(d, flags);
        return SUCCESS;
    });
}
FVAE_EXPORT int cuCtxDestroy_v2(Context* c) {
    return call("cuCtxDestroy", INIT | RELEASE, [&](Device& d, std::string&) {
        if (d.contexts.count(c) == 0 || c == d.primary) return INVALID_CONTEXT;
        destroy(d, c);
        return SUCCESS;
    });
}
FVAE_EXPORT int cuDevicePrimaryCtxRetain(Context** out, int ordinal) {
    return call("cuDevicePrimaryCtxRetain", INIT, [&](Device& d, std::string&) {
        if (known(ordinal) != SUCCESS) return INVALID_DEVICE;
        if (d.primary == nullptr) d.primary = create(d, 0);
        d.primaryUses++;
        *out = d.primary;
        return SUCCESS;
    });
}
FVAE_EXPORT int cuDevicePrimaryCtxRelease_v2(int ordinal) {
    return call("cuDevicePrimaryCtxRelease", INIT | RELEASE, [&](Device& d, std::string&) {
        if (known(ordinal) != SUCCESS) return INVALID_DEVICE;
        if (d.primary == nullptr) return INVALID_CONTEXT;
        if (--d.primaryUses == 0) {
            destroy(d, d.primary);
            d.primary = nullptr;
        }
        return SUCCESS;
    });
}
FVAE_EXPORT int cuDevicePrimaryCtxReset_v2(int ordinal) {
    return call("cuDevicePrimaryCtxReset", INIT | RELEASE, [&](Device& d, std::string&) { d.releaseAll(); return known(ordinal); });
}
FVAE_EXPORT int cuDevicePrimaryCtxGetState(int ordinal, unsigned* flags, int* active) {
    return call("cuDevicePrimaryCtxGetState", INIT, [&](Device& d, std::string&) {
        *flags = 0;
        *active = d.primary != nullptr;
        return known(ordinal);
    });
}
FVAE_EXPORT int cuCtxSetCurrent(Context* c) {
    return call("cuCtxSetCurrent", INIT, [&](Device& d, std::string&) {
        if (c != nullptr && d.contexts.count(c) == 0) return INVALID_CONTEXT;
        currentContext() = c;
        return SUCCESS;
    });
}
FVAE_EXPORT int cuCtxGetCurrent(Context** out) {
    return call("cuCtxGetCurrent", INIT, [&](Device&, std::string&) { *out = currentContext(); return SUCCESS; });
}
FVAE_EXPORT int cuCtxGetDevice(int* out) {
    return call("cuCtxGetDevice", CONTEXT | SAFE_IN_CAPTURE, [&](Device&, std::string&) { *out = 0; return SUCCESS; });
}
FVAE_EXPORT int cuCtxSynchronize() {
    return call("cuCtxSynchronize", CONTEXT, [](Device& d, std::string&) { return d.settle(); });
}

#define X(name, number, text) if (code == number) { *out = wanted == 0 ? "CUDA_ERROR_" #name : text; return SUCCESS; }
static int describe(int code, const char** out, int wanted) {
    if (code != 0) { FVAE_SIMT_RESULTS(X) }
    *out = code == 0 ? (wanted == 0 ? "CUDA_SUCCESS" : "no error") : nullptr;
    return code == 0 ? SUCCESS : INVALID_VALUE;
}
#undef X
FVAE_EXPORT int cuGetErrorName(int code, const char** out) { return describe(code, out, 0); }
FVAE_EXPORT int cuGetErrorString(int code, const char** out) { return describe(code, out, 1); }
