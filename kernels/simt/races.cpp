#include "races.hpp"

#include <algorithm>
#include <cstdio>
#include <dlfcn.h>
#include <unistd.h>

namespace simt {
namespace {

const char* verb(Touch kind) {
    switch (kind) {
        case Touch::READ: return "reads";
        case Touch::WRITE: return "writes";
        case Touch::ATOMIC: return "updates";
    }
    __builtin_unreachable();
}

/// The text quoted as one word of a shell command.
std::string quoted(const std::string& text) {
    std::string word = "'";
    for (char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return word + "'";
}

/// File and line of an instruction, if addr2line exists and the module was built with -g; else its offset in the module.
std::string line(const void* code) {
    Dl_info module{};
    if (dladdr(code, &module) == 0 || module.dli_fname == nullptr) return "somewhere";
    std::string file = module.dli_fname;
    if (file.rfind("/proc/self/", 0) == 0) file = "/proc/" + std::to_string(getpid()) + file.substr(10);
    char offset[32];
    std::snprintf(offset, sizeof offset, "0x%zx", size_t(static_cast<const char*>(code) - static_cast<const char*>(module.dli_fbase)) - 1);
    std::string text;
    if (FILE* tool = popen(("addr2line -e " + quoted(file) + " " + offset + " 2>/dev/null").c_str(), "r")) {
        char part[512];
        if (std::fgets(part, sizeof part, tool)) text = part;
        pclose(tool);
    }
    text = text.substr(0, text.find('\n'));
    text = text.substr(0, text.find(" (discriminator "));
    size_t slash = text.rfind('/');                        // shortened to op/variant.cu
    if (slash != std::string::npos) slash = text.rfind('/', slash - 1);
    return text.empty() || text[0] == '?' ? file + "+" + offset : text.substr(slash == std::string::npos ? 0 : slash + 1);
}

std::string who(const Access& a) {
    return "thread " + std::to_string(a.thread) + " of block " + std::to_string(a.block) + " " + verb(a.kind)
        + (a.code == nullptr ? " by an async copy" : " at " + line(a.code));
}

}  // namespace

Races::Word& Races::word(uintptr_t number) {
    uintptr_t page = number / PAGE;
    if (page != lastNumber_) {
        auto& words = pages_[page];
        if (!words) words = std::make_unique<Word[]>(PAGE);
        last_ = words.get();
        lastNumber_ = page;
    }
    return last_[number % PAGE];
}

bool Races::current(const Access& old, const Access& now, bool own) const {
    return old.launch == launch_ && !(own && old.block != now.block);
}

std::string Races::touch(const char* p, size_t bytes, Access now, bool own) {
    now.launch = launch_;
    reported_ = true;
    for (uintptr_t at = reinterpret_cast<uintptr_t>(p), end = at + bytes; at < end;) {
        uintptr_t next = std::min(end, at / 4 * 4 + 4);
        now.bytes = uint8_t(((1u << (next - at)) - 1) << at % 4);
        if (std::string race = touch(word(at / 4), now, own); !race.empty()) return race;
        at = next;
    }
    return {};
}

std::string Races::touch(Word& word, const Access& now, bool own) const {
    auto races = [&](const Access& old) {
        return current(old, now, own) && (old.bytes & now.bytes) && !(old.kind == Touch::ATOMIC && now.kind == Touch::ATOMIC) && !old.before(now);
    };
    const Access* with = races(word.write) ? &word.write : nullptr;
    if (now.kind != Touch::READ)
        for (const Access& read : word.reads)
            if (!with && races(read)) with = &read;
    if (with) return "a race: " + who(*with) + ", " + who(now) + ", with no barrier in between";
    if (now.kind == Touch::READ) {
        noteRead(word, now, own);
    } else {
        bool together = current(word.write, now, own) && word.write.sameMoment(now) && word.write.kind == now.kind;
        uint8_t all = uint8_t(now.bytes | (together ? word.write.bytes : 0));
        word.write = now;
        word.write.bytes = all;
    }
    return {};
}

// The first read is replaced only by a later read that is ordered after it (of the same thread, or behind a barrier). The second is
// kept as far from it as possible: a read of another block, else of another warp.
void Races::noteRead(Word& word, const Access& now, bool own) const {
    for (Access& read : word.reads)
        if (!current(read, now, own) || read.before(now)) {
            read = now;
            return;
        }
    const Access& first = word.reads[0];
    Access& second = word.reads[1];
    bool farther = first.block != now.block ? first.block == second.block : first.sameWarp(second) && !first.sameWarp(now);
    if (farther) second = now;
}

}  // namespace simt
