// Finds data races in kernels that report their loads and stores (FVAE_SIMT_RACES). A race is two accesses to a word, one of them a
// write and not both atomic, that are not ordered in CUDA's memory model.
//
// Accesses within a block are ordered by barriers, within a warp by warp_sync as well, but not by shuffles, votes or the order in
// which this device happens to run threads. Accesses of different blocks of a launch are never ordered: no kernel here waits for
// another block.
#pragma once
#include "device.hpp"

#include <memory>
#include <string>
#include <unordered_map>

namespace simt {

/// One access: by which thread, and after how many barriers of its block and of its warp.
struct Access {
    uint64_t launch = 0;
    uint32_t block = 0, thread = 0;          // numbers in the grid and in the block
    unsigned blockTime = 0, warpTime = 0;    // barriers and warp_syncs passed
    Touch kind = Touch::READ;
    const void* code = nullptr;              // address behind the reporting call; null for an async copy
    uint8_t bytes = 0;                       // the bytes of the word, one bit each

    bool by(const Access& o) const { return block == o.block && thread == o.thread; }
    bool sameWarp(const Access& o) const { return block == o.block && thread / 32 == o.thread / 32; }
    /// Whether both are by one thread with no barrier in between: every other access is ordered to both alike.
    bool sameMoment(const Access& o) const { return by(o) && blockTime == o.blockTime && warpTime == o.warpTime; }
    /// Whether the later access `o` comes after this one in every execution.
    bool before(const Access& o) const {
        return by(o) || (block == o.block && blockTime != o.blockTime) || (sameWarp(o) && warpTime != o.warpTime);
    }
};

/// Remembers, for each word, those accesses of a launch that later ones are compared with. It may miss a race, but every race that it
/// reports is one.
class Races {
public:
    void launch() {
        launch_++;
        reported_ = false;
    }
    /// Whether the kernel of this launch reports its accesses.
    bool reported() const { return reported_; }
    /// The message about a race of `now` with an earlier access to [p, p + bytes); empty if there is none.
    /// @param own whether it is shared memory of the block: earlier accesses of another block to the same addresses were to other memory
    std::string touch(const char* p, size_t bytes, Access now, bool own);

private:
    /// The last write, with all bytes that its thread wrote between the same barriers, and two reads as far apart as possible.
    struct Word { Access write, reads[2]; };
    static constexpr size_t PAGE = 256;      // words
    Word& word(uintptr_t number);
    std::string touch(Word& word, const Access& now, bool own) const;
    bool current(const Access& old, const Access& now, bool own) const;
    void noteRead(Word& word, const Access& now, bool own) const;

    uint64_t launch_ = 0;
    bool reported_ = false;
    std::unordered_map<uintptr_t, std::unique_ptr<Word[]>> pages_;
    uintptr_t lastNumber_ = ~uintptr_t(0);
    Word* last_ = nullptr;
};

}  // namespace simt
