// Lets a stand-in for a vendor library (vendor/) run its work on the lazy streams of the stand-in driver, in their order, and under
// capture. It is a C function of libcuda.so.1, because the two are separate libraries.
#pragma once
#include <cstddef>

extern "C" {

/// Device memory that the work reads or writes. If it is not inside one buffer when the work runs, that is fault 700.
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
