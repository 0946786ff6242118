// The shared memory of one block: every array is filled with NaN and lies between red zones, which are checked when the block ends.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace simt {

class SharedMemory {
public:
    static constexpr size_t STATIC_LIMIT = 48 << 10;      // all static arrays of a kernel together
    static constexpr size_t LIMIT = 227 << 10;            // static and dynamic, as on sm_90

    void open(size_t dynamicBytes);
    void* dynamic() const { return dynamic_; }
    /// The array of `key`, allocated at its first use; null if it does not fit.
    void* array(const void* key, size_t bytes, const char* name);
    size_t staticBytes() const { return static_; }
    bool holds(const void* p) const { return base_ && p >= base_ && p < base_ + SPAN; }
    /// A message about the first red zone that was written to; empty if there is none.
    std::string damage() const;
    ~SharedMemory();

private:
    static constexpr size_t ZONE = 64;                    // smallest red zone on either side of an array
    static constexpr size_t SPAN = LIMIT + 32 * 1024;
    struct Array { const void* key; const char* name; size_t at, bytes; };
    char* carve(const void* key, size_t bytes, const char* name);
    std::unique_ptr<char[]> memory_;
    std::vector<Array> arrays_;
    size_t used_ = 0, static_ = 0;
    char* base_ = nullptr;
    void* dynamic_ = nullptr;
};

}  // namespace simt
