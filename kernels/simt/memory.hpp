// Device memory: allocation, accounting, and guard zones that detect writes beyond a buffer or after its release. A device address is
// a host address.
#pragma once
#include "result.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>

namespace simt {

using Address = unsigned long long;

class DeviceMemory {
public:
    DeviceMemory();
    ~DeviceMemory();

    Result allocate(Address* out, size_t bytes);
    Result free(Address p, std::string& why);
    /// Whether [p, p + bytes) lies in one buffer; if not, `why` says what is wrong.
    bool holds(Address p, size_t bytes, std::string& why) const;
    /// Base and size of the buffer around `p`.
    bool range(Address p, Address* base, size_t* bytes) const;
    /// Makes [p, p + bytes), inside one buffer, a guard zone as well: fills it; no kernel may write there until the buffer is freed.
    /// For arenas that divide one buffer into many slots.
    Result guard(Address p, size_t bytes, std::string& why);
    /// A message about the first guard zone that was written to; empty if there is none.
    std::string damage() const;
    /// A message about the first released buffer that was written to; empty if there is none.
    std::string writtenAfterFree() const;
    /// Releases all buffers that are left and returns their number.
    size_t clear();

    size_t allocations() const { return live_.size(); }
    size_t used() const { return used_; }
    size_t peak() const { return peak_; }
    size_t total() const { return total_; }

private:
    struct Buffer { size_t bytes; uint64_t number; };
    static constexpr size_t ZONE = 256;
    static constexpr size_t QUARANTINE = 16u << 20;
    static size_t padded(size_t bytes) { return (bytes + 255) & ~size_t(255); }
    static bool blank(const char* from, const char* to);
    void forget();
    std::map<Address, Buffer> live_;
    std::map<Address, size_t> guards_;
    std::deque<std::pair<Address, Buffer>> released_;
    size_t used_ = 0, peak_ = 0, total_, quarantined_ = 0;
    uint64_t number_ = 0;
};

}  // namespace simt
