// The driver functions that JCuda links but the SIMT device does not have: each prints its name once and returns
// CUDA_ERROR_NOT_SUPPORTED.
#include "standin.hpp"

#include <cstdio>

namespace {

int absent(const char* name, bool& told) {
    return simt::call(name, simt::RELEASE, [&](simt::Device& d, std::string&) {
        if (!told) std::fprintf(stderr, "simt: %s is not supported by the SIMT device\n", name);
        told = true;
        return d.refuse(simt::NOT_SUPPORTED, std::string(name) + " is not supported by the SIMT device");
    });
}

}  // namespace

#define X(name) FVAE_EXPORT int name() { static bool told = false; return absent(#name, told); }
#include "driver_absent.inc"
#undef X
