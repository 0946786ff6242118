#include "module.hpp"

#include <algorithm>
#include <cstdio>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <fstream>
#include <sys/mman.h>
#include <unistd.h>

namespace simt {
namespace {

constexpr Elf64_Half CUDA_MACHINE = 190;

/// Rejects everything that is not an x86-64 shared object, as a driver rejects code for another GPU.
Result judge(const Elf64_Ehdr& h, std::string& why) {
    if (!std::equal(h.e_ident, h.e_ident + SELFMAG, ELFMAG)) {
        bool ptx = h.e_ident[0] == '/' || h.e_ident[0] == '.' || h.e_ident[0] == '\n';
        why = ptx ? "the image looks like PTX text; the SIMT device loads shared objects built by kernels/simt/build.sh"
                  : "the image is not an ELF file";
        return ptx ? NO_BINARY_FOR_GPU : INVALID_IMAGE;
    }
    if (h.e_machine == CUDA_MACHINE) {
        why = "the image is a cubin for a GPU; build the kernel for the architecture simt instead";
        return NO_BINARY_FOR_GPU;
    }
    if (h.e_machine != EM_X86_64 || h.e_type != ET_DYN) {
        why = "the image is not an x86-64 shared object";
        return NO_BINARY_FOR_GPU;
    }
    return SUCCESS;
}

/// The length of an image, which is given without it: up to the end of the section table or of the last section.
size_t sizeOf(const unsigned char* image, const Elf64_Ehdr& h) {
    size_t end = h.e_shoff + size_t(h.e_shnum) * h.e_shentsize;
    const auto* sections = reinterpret_cast<const Elf64_Shdr*>(image + h.e_shoff);
    for (int i = 0; i < h.e_shnum; i++)
        if (sections[i].sh_type != SHT_NOBITS) end = std::max<size_t>(end, sections[i].sh_offset + sections[i].sh_size);
    return end;
}

void* load(const std::string& path, Runtime* runtime, Result& result, std::string& why) {
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        why = dlerror();
        result = INVALID_IMAGE;
        return nullptr;
    }
    auto bind = reinterpret_cast<void (*)(Runtime*)>(dlsym(library, "fvae_simt_bind"));
    if (bind == nullptr) {
        dlclose(library);
        why = "the shared object is not a kernel module: it lacks fvae_simt_bind; build it with -DFVAE_SIMT";
        result = NO_BINARY_FOR_GPU;
        return nullptr;
    }
    bind(runtime);
    return library;
}

}  // namespace

std::shared_ptr<Module> Module::open(const std::string& path, Runtime* runtime, Result& result, std::string& why) {
    Elf64_Ehdr header{};
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        why = "cannot read " + path;
        result = NOT_FOUND;
        return nullptr;
    }
    file.read(reinterpret_cast<char*>(&header), sizeof header);
    result = judge(header, why);
    if (result != SUCCESS) return nullptr;
    void* library = load(path, runtime, result, why);
    return library ? std::shared_ptr<Module>(new Module(library, -1)) : nullptr;
}

std::shared_ptr<Module> Module::fromImage(const void* image, Runtime* runtime, Result& result, std::string& why) {
    const auto& header = *static_cast<const Elf64_Ehdr*>(image);
    result = judge(header, why);
    if (result != SUCCESS) return nullptr;
    const auto* bytes = static_cast<const unsigned char*>(image);
    size_t size = sizeOf(bytes, header), written = 0;
    int file = memfd_create("fvae-simt-module", MFD_CLOEXEC);
    while (file >= 0 && written < size) {
        ssize_t n = write(file, bytes + written, size - written);
        if (n <= 0) break;
        written += size_t(n);
    }
    void* library = nullptr;
    if (written < size) {
        why = "cannot copy the image into memory";
        result = OUT_OF_MEMORY;
    } else {
        library = load("/proc/self/fd/" + std::to_string(file), runtime, result, why);
    }
    if (library == nullptr) {
        if (file >= 0) close(file);
        return nullptr;
    }
    return std::shared_ptr<Module>(new Module(library, file));
}

Function* Module::function(const std::string& name, Result& result, std::string& why) {
    auto& slot = functions_[name];
    if (!slot) {
        const auto* kernel = static_cast<const Kernel*>(dlsym(library_, ("fvae_kernel_" + name).c_str()));
        if (kernel == nullptr || kernel->abi != ABI) {
            functions_.erase(name);
            why = kernel == nullptr ? "the module has no kernel named " + name
                                    : "the module was built for another version of the SIMT device; build it again";
            result = kernel == nullptr ? NOT_FOUND : NO_BINARY_FOR_GPU;
            return nullptr;
        }
        slot = std::make_unique<Function>(Function{name, kernel});
    }
    result = SUCCESS;
    return slot.get();
}

bool Module::owns(const Function* f) const {
    return std::any_of(functions_.begin(), functions_.end(), [&](const auto& e) { return e.second.get() == f; });
}

void* Module::symbol(const char* name) const { return dlsym(library_, name); }

Module::~Module() {
    dlclose(library_);
    if (file_ >= 0) close(file_);
}

}  // namespace simt
