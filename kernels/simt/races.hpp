// Finds data races of kernels that are compiled with their loads and stores reported (FVAE_SIMT_RACES): two accesses to a
// word, one of them a write and not both atomic, that nothing orders in CUDA's memory model.
//
// Within a block barriers order, within a warp warp_sync does too; shuffles, votes and the order in which this device
// happens to run threads do not. Blocks of a launch are not ordered by anything: no kernel here waits for another block.
#pragma once
#include "device.hpp"

#include <memory>
#include <string>
#include <unordered_map>

namespace simt {

/// One access: by whom, and when in the block's and the warp's own time.
struct Access {
    uint64_t launch = 0;
    uint32_t block = 0, thread = 0;          // numbers in the grid and in the block
    unsigned blockTime = 0, warpTime = 0;    // barriers and warp_syncs passed
    Touch kind = Touch::READ;
    const void* code = nullptr;              // where it returns to; null for an async copy
    uint8_t bytes = 0;                       // of the word, a bit each

    bool by(const Access& o) const { return block == o.block && thread == o.thread; }
    bool sameWarp(const Access& o) const { return block == o.block && thread / 32 == o.thread / 32; }
    /// Whether nothing that orders lies between the two: what comes before or after one does so for both.
    bool sameMoment(const Access& o) const { return by(o) && blockTime == o.blockTime && warpTime == o.warpTime; }
    /// Whether the later access `o` comes after this one in every execution.
    bool before(const Access& o) const {
        return by(o) || (block == o.block && blockTime != o.blockTime) || (sameWarp(o) && warpTime != o.warpTime);
    }
};

/// The accesses of one launch to each word that matter for those to come. It may miss a race, but invents none.
class Races {
public:
    void launch() {
        launch_++;
        reported_ = false;
    }
    /// Whether the kernel of this launch reports its accesses.
    bool reported() const { return reported_; }
    /// The sentence about a race of `now` with an earlier access to [p, p + bytes); empty where there is none.
    /// @param own whether the memory is the block's, so that accesses of another are to memory that was there before
    std::string touch(const char* p, size_t bytes, Access now, bool own);

private:
    /// The last write, with the bytes that its thread wrote at that time, and two reads since that are as far apart as there are.
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
