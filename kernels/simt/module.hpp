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
    int maxDynamicBytes = 48 << 10;          // as the driver: more only after cuFuncSetAttribute
    size_t staticBytes = 0;                  // known once it ran
};

class Module {
public:
    /// Loads the file at `path`, which must stay there, or the image in memory. Null and `why` where that fails.
    static std::shared_ptr<Module> open(const std::string& path, Runtime* runtime, Result& result, std::string& why);
    static std::shared_ptr<Module> fromImage(const void* image, Runtime* runtime, Result& result, std::string& why);
    Function* function(const std::string& name, Result& result, std::string& why);
    bool owns(const Function* f) const;
    void* symbol(const char* name) const;
    ~Module();

private:
    Module(void* library, int file) : library_(library), file_(file) {}
    void* library_;
    int file_;                               // of an image: open as long as the module, so that its path stays unique
    std::map<std::string, std::unique_ptr<Function>> functions_;
};

}  // namespace simt
