// Modules, functions, launches, occupancy.
#include "standin.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

using namespace simt;

namespace {

int load(const char* name, Module** out, const void* image, const char* path) {
    return call(name, CONTEXT, [&](Device& d, std::string& why) {
        Result r = SUCCESS;
        auto module = path ? Module::open(path, &d.emulator, r, why) : Module::fromImage(image, &d.emulator, r, why);
        if (!module) return r;
        *out = module.get();
        d.modules[module.get()] = module;
        return SUCCESS;
    });
}

struct Geometry { dim3 grid, block; unsigned dynamic; bool cooperative; };

/// The kernel's argument bytes, from the one parameter or from the buffer in `extra`.
Result argumentBytes(const Function& f, void** params, void** extra, std::vector<char>& bytes, std::string& why) {
    size_t wanted = f.kernel->argsBytes;
    const void* from = params ? params[0] : nullptr;
    if (!params && extra) {
        size_t given = 0;
        for (void** e = extra; *e != nullptr; e += 2) {              // CU_LAUNCH_PARAM_BUFFER_POINTER 1, _SIZE 2, _END 0
            if (reinterpret_cast<uintptr_t>(*e) == 1) from = e[1];
            else if (reinterpret_cast<uintptr_t>(*e) == 2) given = *static_cast<size_t*>(e[1]);
            else return INVALID_VALUE;
        }
        if (given != wanted) {
            why = f.name + " takes " + std::to_string(wanted) + " bytes of arguments, got " + std::to_string(given);
            return INVALID_VALUE;
        }
    }
    if (from == nullptr) {
        why = f.name + " takes " + std::to_string(wanted) + " bytes of arguments, got none";
        return INVALID_VALUE;
    }
    bytes.assign(static_cast<const char*>(from), static_cast<const char*>(from) + wanted);
    return SUCCESS;
}

Result fits(const Device& d, const Function& f, const Geometry& g, std::string& why) {
    auto product = [](dim3 v) { return uint64_t(v.x) * v.y * v.z; };
    uint64_t threads = product(g.block), blocks = product(g.grid);
    if (blocks == 0 || threads == 0 || threads > 1024 || g.grid.x > 0x7fffffffu || g.grid.y > 65535 || g.grid.z > 65535) {
        why = f.name + ": grid " + std::to_string(g.grid.x) + "x" + std::to_string(g.grid.y) + "x" + std::to_string(g.grid.z)
            + " of " + std::to_string(threads) + " threads is outside the device's limits";
        return INVALID_VALUE;
    }
    if (threads > f.kernel->maxThreads) {
        why = f.name + ": " + std::to_string(threads) + " threads a block, built for at most " + std::to_string(f.kernel->maxThreads);
        return LAUNCH_OUT_OF_RESOURCES;
    }
    if (g.dynamic > unsigned(f.maxDynamicBytes)) {
        why = f.name + ": " + std::to_string(g.dynamic) + " bytes of dynamic shared memory, allowed are " + std::to_string(f.maxDynamicBytes)
            + " (cuFuncSetAttribute MAX_DYNAMIC_SHARED_SIZE_BYTES)";
        return INVALID_VALUE;
    }
    uint64_t resident = uint64_t(d.blocksPerMultiprocessor(f, int(threads), g.dynamic)) * unsigned(d.multiprocessors);
    if (g.cooperative && blocks > resident) {
        why = f.name + ": " + std::to_string(blocks) + " blocks in a cooperative launch, " + std::to_string(resident) + " fit on the device";
        return COOPERATIVE_LAUNCH_TOO_LARGE;
    }
    return SUCCESS;
}

int launch(const char* name, Function* f, const Geometry& g, void* handle, void** params, void** extra) {
    return call(name, CONTEXT | SAFE_IN_CAPTURE, [&](Device& d, std::string& why) {
        std::shared_ptr<Module> module = d.moduleOf(f);
        Stream* stream = d.queue.find(handle);
        if (!module || stream == nullptr) return INVALID_HANDLE;
        std::vector<char> bytes;
        if (Result r = fits(d, *f, g, why); r != SUCCESS) return r;
        if (Result r = argumentBytes(*f, params, extra, bytes, why); r != SUCCESS) return r;
        // Captured by value: however late and often this runs, it uses the arguments of the time of the call.
        return d.queue.submit(stream, Graph::Kind::KERNEL, [&d, f, g, module, bytes = std::move(bytes)] {
            std::vector<std::max_align_t> aligned((bytes.size() + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t));
            std::memcpy(aligned.data(), bytes.data(), bytes.size());
            return d.launch(*f, g.grid, g.block, g.dynamic, g.cooperative, aligned.data());
        });
    });
}

}  // namespace

FVAE_EXPORT int cuModuleLoad(Module** out, const char* path) { return load("cuModuleLoad", out, nullptr, path); }
FVAE_EXPORT int cuModuleLoadData(Module** out, const void* image) { return load("cuModuleLoadData", out, image, nullptr); }
FVAE_EXPORT int cuModuleLoadDataEx(Module** out, const void* image, unsigned, int*, void**) { return load("cuModuleLoadDataEx", out, image, nullptr); }
FVAE_EXPORT int cuModuleLoadFatBinary(Module** out, const void* image) { return load("cuModuleLoadFatBinary", out, image, nullptr); }
FVAE_EXPORT int cuModuleUnload(Module* m) {
    return call("cuModuleUnload", CONTEXT | RELEASE, [&](Device& d, std::string&) {
        if (d.modules.count(m) == 0) return INVALID_HANDLE;
        Result r = d.settle();
        d.modules.erase(m);
        return r;
    });
}
FVAE_EXPORT int cuModuleGetFunction(Function** out, Module* m, const char* name) {
    return call("cuModuleGetFunction", CONTEXT | SAFE_IN_CAPTURE, [&](Device& d, std::string& why) {
        if (d.modules.count(m) == 0) return INVALID_HANDLE;
        Result r = SUCCESS;
        *out = m->function(name, r, why);
        return r;
    });
}
FVAE_EXPORT int cuFuncGetAttribute(int* value, int number, Function* f) {
    return call("cuFuncGetAttribute", CONTEXT | SAFE_IN_CAPTURE, [&](Device& d, std::string&) {
        if (!d.moduleOf(f)) return INVALID_HANDLE;
        switch (number) {                                            // CUfunction_attribute
            case 0: *value = int(f->kernel->maxThreads); break;
            case 1: *value = int(f->staticBytes); break;             // 0 before its first run
            case 4: *value = 64; break;                              // registers: assumed, see README
            case 5: case 6: *value = 90; break;                      // PTX and binary version
            case 8: *value = f->maxDynamicBytes; break;
            default: *value = 0;
        }
        return number >= 0 && number <= 16 ? SUCCESS : INVALID_VALUE;
    });
}
FVAE_EXPORT int cuFuncSetAttribute(Function* f, int number, int value) {
    return call("cuFuncSetAttribute", CONTEXT | SAFE_IN_CAPTURE, [&](Device& d, std::string&) {
        if (!d.moduleOf(f)) return INVALID_HANDLE;
        if (number != 8) return number == 9 ? SUCCESS : INVALID_VALUE;         // 9: the carve-out is a hint
        if (value < 0 || size_t(value) > SharedMemory::LIMIT) return INVALID_VALUE;
        f->maxDynamicBytes = value;
        return SUCCESS;
    });
}
FVAE_EXPORT int cuFuncSetCacheConfig(Function* f, int) {
    return call("cuFuncSetCacheConfig", CONTEXT | SAFE_IN_CAPTURE, [&](Device& d, std::string&) { return d.moduleOf(f) ? SUCCESS : INVALID_HANDLE; });
}

FVAE_EXPORT int cuLaunchKernel(Function* f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                               unsigned dynamic, void* stream, void** params, void** extra) {
    return launch("cuLaunchKernel", f, {{gx, gy, gz}, {bx, by, bz}, dynamic, false}, stream, params, extra);
}
FVAE_EXPORT int cuLaunchCooperativeKernel(Function* f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                                          unsigned dynamic, void* stream, void** params) {
    return launch("cuLaunchCooperativeKernel", f, {{gx, gy, gz}, {bx, by, bz}, dynamic, true}, stream, params, nullptr);
}

FVAE_EXPORT int cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, Function* f, int threads, size_t dynamic) {
    return call("cuOccupancyMaxActiveBlocksPerMultiprocessor", CONTEXT | SAFE_IN_CAPTURE, [&](Device& d, std::string&) {
        if (!d.moduleOf(f)) return INVALID_HANDLE;
        *blocks = d.blocksPerMultiprocessor(*f, threads, dynamic);
        return SUCCESS;
    });
}
FVAE_EXPORT int cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* blocks, Function* f, int threads, size_t dynamic, unsigned) {
    return cuOccupancyMaxActiveBlocksPerMultiprocessor(blocks, f, threads, dynamic);
}
