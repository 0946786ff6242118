// A kernel module: a shared object built by g++ from a .cu (see device.hpp), loaded by dlopen.
#pragma once
#include "device.hpp"
#include "result.hpp"

#include <map>
#include <memory>
#include <string>

namespace simt {

struct Function {
    std::string name;
    const Kernel* kernel;
    int maxDynamicBytes = 48 << 10;          // as with the driver, more only after cuFuncSetAttribute
    size_t staticBytes = 0;                  // known after the first run
};

class Module {
public:
    /// Loads the file at `path`, which must not be removed, or the image in memory. On failure, null, with the reason in `why`.
    static std::shared_ptr<Module> open(const std::string& path, Runtime* runtime, Result& result, std::string& why);
    static std::shared_ptr<Module> fromImage(const void* image, Runtime* runtime, Result& result, std::string& why);
    Function* function(const std::string& name, Result& result, std::string& why);
    bool owns(const Function* f) const;
    void* symbol(const char* name) const;
    ~Module();

private:
    Module(void* library, int file) : library_(library), file_(file) {}
    void* library_;
    int file_;                               // file of an image, open as long as the module, so that its path stays unique
    std::map<std::string, std::unique_ptr<Function>> functions_;
};

}  // namespace simt
