#include "emulator.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <numeric>
#include <tuple>

namespace simt {
namespace {

std::string triple(uint3 v) {
    return "(" + std::to_string(v.x) + "," + std::to_string(v.y) + "," + std::to_string(v.z) + ")";
}

std::string place(Where at) {
    std::string file = at.file_name();
    size_t slash = file.rfind('/');                        // shortened to op/variant.cu
    if (slash != std::string::npos) slash = file.rfind('/', slash - 1);
    return (slash == std::string::npos ? file : file.substr(slash + 1)) + ":" + std::to_string(at.line());
}

uint3 unflatten(uint64_t i, dim3 d) {
    return {unsigned(i % d.x), unsigned(i / d.x % d.y), unsigned(i / (uint64_t(d.x) * d.y))};
}

unsigned flatten(uint3 v, dim3 d) { return v.x + d.x * (v.y + d.y * v.z); }

uint64_t count(dim3 d) { return uint64_t(d.x) * d.y * d.z; }

bool same(Where a, Where b) { return a.line() == b.line() && std::strcmp(a.file_name(), b.file_name()) == 0; }

constexpr size_t RANDOM_RESIDENT = 4;                      // blocks interleaved by the random schedule

}  // namespace

Schedule Schedule::fromEnvironment() {
    Schedule s;
    if (const char* order = std::getenv("FVAE_SIMT_ORDER"))
        s.order = !std::strcmp(order, "reverse") ? Order::REVERSE : !std::strcmp(order, "random") ? Order::RANDOM : Order::FORWARD;
    if (const char* seed = std::getenv("FVAE_SIMT_SEED")) s.seed = std::strtoull(seed, nullptr, 10);
    if (const char* spins = std::getenv("FVAE_SIMT_SPINS")) s.spins = std::strtoull(spins, nullptr, 10);
    return s;
}

// The same seed gives the same schedule for every launch, independent of the launches before it.
void Emulator::prepare(const Launch& launch) {
    launch_ = &launch;
    races_.launch();
    failure_.clear();
    randomState_ = schedule.seed * 2 + 1;
    uint64_t total = count(launch.grid);
    permutationStart_ = random(unsigned(total));
    permutationStep_ = 1 + random(unsigned(total));
    while (std::gcd(permutationStep_, total) != 1) permutationStep_++;
}

std::string Emulator::run(const Launch& launch) {
    prepare(launch);
    uint64_t total = count(launch.grid), next = 0;
    size_t resident = launch.cooperative ? total : schedule.order == Order::RANDOM ? std::min<uint64_t>(total, RANDOM_RESIDENT) : 1;
    while (blocks_.size() < resident) blocks_.push_back(std::make_unique<Block>());
    for (auto& block : blocks_) abandon(*block);           // left by a launch that failed for lack of host memory
    for (bool busy = true; busy && failure_.empty();) {
        for (size_t i = 0; i < resident && next < total; i++)
            if (blocks_[i]->live == 0) open(*blocks_[i], blockAt(next++, total));
        pass();
        busy = next < total;
        for (auto& block : blocks_) busy |= block->live > 0;
        if (busy && !ran_ && failure_.empty()) fail(deadlock());
    }
    if (!failure_.empty())
        for (auto& block : blocks_) abandon(*block);
    if (launch.cooperative) blocks_.resize(std::min<size_t>(blocks_.size(), RANDOM_RESIDENT));
    thread = nullptr;
    return failure_;
}

uint64_t Emulator::blockAt(uint64_t k, uint64_t total) const {
    switch (schedule.order) {
        case Order::FORWARD: return k;
        case Order::REVERSE: return total - 1 - k;
        case Order::RANDOM: return (permutationStart_ + k * permutationStep_) % total;
    }
    __builtin_unreachable();
}

unsigned Emulator::random(unsigned bound) {
    randomState_ = randomState_ * 6364136223846793005u + 1442695040888963407u;
    return bound == 0 ? 0 : unsigned(randomState_ >> 33) % bound;
}

void Emulator::open(Block& block, uint64_t index) {
    block.emulator = this;
    block.index = unflatten(index, launch_->grid);
    block.size = launch_->block;
    block.grid = launch_->grid;
    block.live = unsigned(count(launch_->block));
    block.arrived = block.generation = 0;
    block.shared.open(launch_->dynamicBytes);
    block.threads.resize(block.live);
    block.warps.resize((block.live + 31) / 32);
    for (Warp& w : block.warps) w.members = w.alive = w.arrived = w.generation = w.synced = 0;
    for (unsigned i = 0; i < block.live; i++) {
        Thread& t = block.threads[i];
        t.index = unflatten(i, launch_->block);
        t.lane = int(i & 31);
        t.block = t.owner = &block;
        t.warp = &block.warps[i >> 5];
        t.warp->members = t.warp->alive |= 1u << t.lane;
        t.done = false;
        t.gate = nullptr;
        t.spins = 0;
        t.copies.clear();
        t.groups.clear();
    }
}

/// Runs every warp of every resident block once, each until all its lanes wait or have returned.
void Emulator::pass() {
    pass_++;
    ran_ = false;
    bool random = schedule.order == Order::RANDOM, reverse = schedule.order == Order::REVERSE;
    size_t n = blocks_.size(), first = random ? this->random(unsigned(n)) : 0;
    for (size_t b = 0; b < n; b++) {
        Block& block = *blocks_[reverse ? n - 1 - b : (first + b) % n];
        if (block.live == 0) continue;
        unsigned warps = unsigned(block.warps.size()), start = random ? this->random(warps) : 0;
        for (unsigned w = 0; w < warps && failure_.empty(); w++) runWarp(block, reverse ? warps - 1 - w : (start + w) % warps);
        if (!failure_.empty()) return;
        if (block.live == 0) close(block);
    }
}

void Emulator::runWarp(Block& block, unsigned warp) {
    unsigned low = warp * 32, n = std::min(32u, unsigned(block.threads.size()) - low);
    unsigned char lanes[32];
    for (unsigned i = 0; i < n; i++) lanes[i] = (unsigned char)(schedule.order == Order::REVERSE ? n - 1 - i : i);
    for (bool any = true; any;) {
        any = false;
        if (schedule.order == Order::RANDOM)
            for (unsigned i = n; i > 1; i--) std::swap(lanes[i - 1], lanes[random(i)]);
        for (unsigned i = 0; i < n; i++) {
            Thread& t = block.threads[low + lanes[i]];
            if (!t.runnable()) continue;
            resume(t);
            if (!failure_.empty()) return;
            any = ran_ = true;
        }
    }
}

void Emulator::resume(Thread& t) {
    thread = &t;
    if (!t.fiber.started()) t.fiber.start(stacks_.take(), &Emulator::enter, &t);
    t.fiber.resume();
    if (t.done) stacks_.give(t.fiber.release());
}

void Emulator::enter(void* argument) {
    Thread& t = *static_cast<Thread*>(argument);
    Emulator& e = *t.owner->emulator;
    e.launch_->run(e.launch_->args);
    e.finish(t);
}

void Emulator::finish(Thread& t) {
    t.done = true;
    t.warp->alive &= ~(1u << t.lane);
    Block& block = *t.owner;
    block.live--;
    if (block.arrived != 0 && block.arrived == block.live) {
        block.arrived = 0;
        block.generation++;
    }
    if (t.warp->arrived != 0)
        fault((std::string("this thread has returned while lanes of its warp wait in ") + t.warp->operation).c_str(), t.warp->at);
}

void Emulator::close(Block& block) {
    staticBytes_ = block.shared.staticBytes();
    std::string damage = block.shared.damage();
    if (!damage.empty()) fail(damage + ", block " + triple(block.index));
}

void Emulator::abandon(Block& block) {
    if (block.live == 0) return;
    for (Thread& t : block.threads)
        if (t.fiber.started()) stacks_.give(t.fiber.release());
    block.live = 0;
}

void Emulator::fail(std::string text) {
    if (failure_.empty()) failure_ = launch_->name + ": " + std::move(text);
}

void Emulator::fault(const char* what, Where at) {
    Thread& t = self();
    fail(std::string(what) + " at " + place(at) + ", block " + triple(t.owner->index) + " thread " + triple(t.index));
    t.fiber.leave();
}

void Emulator::wait(const unsigned* gate, const char* operation, Where at) {
    Thread& t = self();
    t.gate = gate;
    t.passed = *gate;
    t.operation = operation;
    t.at = at;
    t.fiber.pause();
    t.gate = nullptr;
}

std::string Emulator::deadlock() const {
    using Key = std::tuple<std::string, std::string>;
    std::map<Key, std::pair<unsigned, std::string>> waiting;
    for (const auto& block : blocks_) {
        if (block->live == 0) continue;
        for (const Thread& t : block->threads) {
            if (t.done) continue;
            auto& entry = waiting[{t.operation, place(t.at)}];
            if (entry.first++ == 0) entry.second = "block " + triple(block->index) + " thread " + triple(t.index);
        }
    }
    std::string text = "deadlock";
    for (const auto& [key, entry] : waiting)
        text += "; " + std::to_string(entry.first) + " threads wait in " + std::get<0>(key) + " at " + std::get<1>(key) + " (first: " + entry.second + ")";
    return text;
}

void Emulator::barrier(Where at) {
    Block& block = *self().owner;
    if (block.arrived == 0) block.barrierAt = at;
    else if (!same(block.barrierAt, at)) fault(("threads of one block meet at different barriers, the others at " + place(block.barrierAt) + ", this one").c_str(), at);
    if (++block.arrived == block.live) {
        block.arrived = 0;
        block.generation++;
    } else {
        wait(&block.generation, "sync", at);
    }
}

const Meeting& Emulator::meet(const void* value, size_t bytes, const char* operation, Where at) {
    Thread& t = self();
    Warp& w = *t.warp;
    if (w.alive != w.members) fault((std::string(operation) + " after lanes of the warp have returned").c_str(), at);
    if (w.arrived == 0) {
        w.operation = operation;
        w.at = at;
    } else if (!same(w.at, at) || std::strcmp(w.operation, operation) != 0) {
        fault((std::string("lanes of one warp meet in different operations, the others in ") + w.operation + " at " + place(w.at)
               + ", this one in " + operation).c_str(), at);
    }
    unsigned generation = w.generation;
    Meeting& meeting = w.meetings[generation & 1];
    std::memcpy(meeting.value[t.lane], value, bytes);
    w.arrived |= 1u << t.lane;
    if (w.arrived == w.members) {
        meeting.met = w.arrived;
        w.arrived = 0;
        w.synced += std::strcmp(operation, "warp_sync") == 0;
        w.generation++;
    } else {
        wait(&w.generation, operation, at);
    }
    return meeting;
}

// Accesses to the thread's own stack are not checked: stacks are reused, so that two threads may use the same addresses.
void Emulator::touch(const void* p, size_t bytes, Touch kind, const void* code) {
    if (thread == nullptr) return;                         // a module is being loaded
    Thread& t = self();
    const char* at = static_cast<const char*>(p);
    if (at >= t.fiber.stack() && at < t.fiber.stack() + Stacks::bytes()) return;
    Block& block = *t.owner;
    Access now;
    now.block = flatten(block.index, block.grid);
    now.thread = unsigned(&t - block.threads.data());
    now.blockTime = block.generation;
    now.warpTime = t.warp->synced;
    now.kind = kind;
    now.code = code;
    std::string race = races_.touch(at, bytes, now, block.shared.holds(p));
    if (race.empty()) return;
    fail(race);
    t.fiber.leave();
}

void* Emulator::shared(const void* key, size_t bytes, const char* name, Where at) {
    void* p = self().owner->shared.array(key, bytes, name);
    if (p == nullptr) fault((std::string("static shared memory exceeds 48 KiB at `") + name + "`").c_str(), at);
    return p;
}

void* Emulator::dynamicShared(Where at) {
    void* p = self().owner->shared.dynamic();
    if (p == nullptr) fault("dynamic shared memory is used, but the launch gave none", at);
    return p;
}

void Emulator::spin(Where at) {
    if (++self().spins > schedule.spins) fault(("no end after " + std::to_string(schedule.spins) + " turns of spin_until").c_str(), at);
    wait(&pass_, "spin_until", at);
}

// The copy is made as late as CUDA allows, when it is waited for; until then its target holds NaN.
void Emulator::copyAsync(void* to, const void* from, int bytes, bool valid, Where at) {
    if ((reinterpret_cast<uintptr_t>(to) | reinterpret_cast<uintptr_t>(from)) % unsigned(bytes) != 0)      // also if not valid
        fault(("cp_async" + std::to_string(bytes) + " needs addresses that are multiples of its size").c_str(), at);
    reportCopy({to, from, bytes, valid});
    std::memset(to, 0xff, size_t(bytes));
    self().copies.push_back({to, from, bytes, valid});
}

// On hardware the copy happens at some time between its start and the wait for it, so it is reported as an access at both times.
void Emulator::reportCopy(const Copy& c) {
    if (!races_.reported()) return;
    touch(c.to, size_t(c.bytes), Touch::WRITE, nullptr);
    if (c.valid) touch(c.from, size_t(c.bytes), Touch::READ, nullptr);
}

void Emulator::commitCopies() { self().groups.push_back(self().copies.size()); }

void Emulator::waitCopies(int pending) {
    Thread& t = self();
    if (t.groups.size() <= size_t(pending)) return;
    size_t groups = t.groups.size() - size_t(pending), n = t.groups[groups - 1];
    for (size_t i = 0; i < n; i++) {
        const Copy& c = t.copies[i];
        reportCopy(c);
        if (c.valid) std::memcpy(c.to, c.from, size_t(c.bytes));
        else std::memset(c.to, 0, size_t(c.bytes));
    }
    t.copies.erase(t.copies.begin(), t.copies.begin() + ptrdiff_t(n));
    t.groups.erase(t.groups.begin(), t.groups.begin() + ptrdiff_t(groups));
    for (size_t& g : t.groups) g -= n;
}

}  // namespace simt
