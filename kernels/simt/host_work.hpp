// How a stand-in for a vendor library (vendor/) runs its work on the stand-in driver's lazy streams, in their order and
// under capture: a C function of libcuda.so.1, since the two are libraries of their own.
#pragma once
#include <cstddef>

extern "C" {

/// Device memory that the work reads or writes; it must lie in one buffer when the work runs, or that is a fault 700.
struct SimtSpan {
    unsigned long long address;
    size_t bytes;
};

/// @param args plain data of at most 256 bytes, copied when the work is enqueued; `run` gets the copy
struct SimtHostWork {
    const char* name;
    void (*run)(const void* args);
    const void* args;
    size_t bytes;
    const SimtSpan* spans;
    size_t spanCount;
};

/// Enqueues `work` on a stream; returns a CUresult. It counts as "libraryCalls" when it has run.
int fvae_simt_enqueue(void* stream, const SimtHostWork* work);

}
