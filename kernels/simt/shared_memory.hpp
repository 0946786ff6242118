// The shared memory of one block: every array between red zones, filled with NaN, checked when the block ends.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace simt {

class SharedMemory {
public:
    static constexpr size_t STATIC_LIMIT = 48 << 10;      // of all static arrays of a kernel
    static constexpr size_t LIMIT = 227 << 10;            // static and dynamic, as on sm_90

    void open(size_t dynamicBytes);
    void* dynamic() const { return dynamic_; }
    /// The array of `key`, made at its first use; null where it does not fit.
    void* array(const void* key, size_t bytes, const char* name);
    size_t staticBytes() const { return static_; }
    bool holds(const void* p) const { return base_ && p >= base_ && p < base_ + SPAN; }
    /// A sentence about the first red zone that was written to; empty where none was.
    std::string damage() const;
    ~SharedMemory();

private:
    static constexpr size_t ZONE = 64;                    // at least, on either side of an array
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
