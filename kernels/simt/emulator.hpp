// Runs one kernel launch: blocks of fibers, barriers, warp operations, schedules, and messages about faults.
#pragma once
#include "device.hpp"
#include "fiber.hpp"
#include "races.hpp"
#include "shared_memory.hpp"

#include <memory>
#include <string>
#include <vector>

namespace simt {

enum class Order { FORWARD, REVERSE, RANDOM };

/// How the emulator schedules. From the environment: FVAE_SIMT_ORDER=forward|reverse|random, FVAE_SIMT_SEED,
/// FVAE_SIMT_SPINS (how many iterations of one thread in spin_until count as a hang).
struct Schedule {
    Order order = Order::FORWARD;
    uint64_t seed = 1;
    uint64_t spins = 100'000;
    static Schedule fromEnvironment();
};

struct Launch {
    std::string name;
    void (*run)(const void*);
    const void* args;
    dim3 grid, block;
    size_t dynamicBytes;
    bool cooperative;
};

struct Block;

/// The 32 lanes that meet in warp operations. There are two buffers, because lanes may read the last one while others fill the next.
struct Warp {
    unsigned members = 0, alive = 0, arrived = 0, generation = 0, synced = 0;
    const char* operation = nullptr;
    Where at;
    Meeting meetings[2];
};

struct Copy { void* to; const void* from; int bytes; bool valid; };

/// One CUDA thread. It waits while `*gate == passed`.
struct Thread : ThreadView {
    Fiber fiber;
    Block* owner = nullptr;
    Warp* warp = nullptr;
    bool done = false;
    const unsigned* gate = nullptr;
    unsigned passed = 0;
    const char* operation = nullptr;
    Where at;
    uint64_t spins = 0;
    std::vector<Copy> copies;
    std::vector<size_t> groups;          // copies.size() at each commit
    bool runnable() const { return !done && !(gate && *gate == passed); }
};

struct Block : BlockView {
    class Emulator* emulator = nullptr;
    std::vector<Thread> threads;
    std::vector<Warp> warps;
    unsigned live = 0, arrived = 0, generation = 0;
    Where barrierAt;
    SharedMemory shared;
};

class Emulator final : public Runtime {
public:
    Schedule schedule = Schedule::fromEnvironment();

    /// Runs the launch to its end and returns the message about its first fault, or an empty string.
    std::string run(const Launch& launch);
    /// Static shared memory of the last block that ran.
    size_t staticBytes() const { return staticBytes_; }

    void barrier(Where at) override;
    void* shared(const void* key, size_t bytes, const char* name, Where at) override;
    void* dynamicShared(Where at) override;
    const Meeting& meet(const void* value, size_t bytes, const char* operation, Where at) override;
    void copyAsync(void* to, const void* from, int bytes, bool valid, Where at) override;
    void commitCopies() override;
    void waitCopies(int pending) override;
    void spin(Where at) override;
    void fault(const char* what, Where at) override;
    void touch(const void* p, size_t bytes, Touch kind, const void* code) override;

private:
    Thread& self() { return *static_cast<Thread*>(thread); }
    void prepare(const Launch& launch);
    void open(Block& block, uint64_t index);
    void pass();
    void runWarp(Block& block, unsigned warp);
    void resume(Thread& t);
    static void enter(void* thread);
    void finish(Thread& t);
    void close(Block& block);
    void abandon(Block& block);
    void wait(const unsigned* gate, const char* operation, Where at);
    void reportCopy(const Copy& c);
    void fail(std::string text);
    std::string deadlock() const;
    uint64_t blockAt(uint64_t k, uint64_t total) const;
    unsigned random(unsigned bound);

    const Launch* launch_ = nullptr;
    std::vector<std::unique_ptr<Block>> blocks_;
    unsigned pass_ = 0;                  // number of the pass; spinning threads wait for the next one
    bool ran_ = false;
    Stacks stacks_;
    Races races_;
    std::string failure_;
    uint64_t randomState_ = 0, permutationStep_ = 1, permutationStart_ = 0;
    size_t staticBytes_ = 0;
};

}  // namespace simt
