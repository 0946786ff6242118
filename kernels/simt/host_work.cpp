// Work of a stand-in for a vendor library on a stream: see host_work.hpp.
#include "host_work.hpp"
#include "standin.hpp"

#include <cstring>
#include <vector>

using namespace simt;

// Arguments and spans are copied now, like the arguments of a kernel, so a captured call keeps those of its capture.
FVAE_EXPORT int fvae_simt_enqueue(void* handle, const SimtHostWork* work) {
    return call("fvae_simt_enqueue", CONTEXT | SAFE_IN_CAPTURE, [&](Device& d, std::string& why) {
        Stream* stream = d.queue.find(handle);
        if (stream == nullptr) return INVALID_HANDLE;
        if (work->bytes > sizeof(std::max_align_t) * 16) {
            why = std::string(work->name) + " has more arguments than are copied";
            return INVALID_VALUE;
        }
        const char* from = static_cast<const char*>(work->args);
        std::vector<char> args(from, from + work->bytes);
        std::vector<SimtSpan> spans(work->spans, work->spans + work->spanCount);
        return d.queue.submit(stream, Graph::Kind::HOST, [&d, name = std::string(work->name), run = work->run, args, spans] {
            std::string what;
            for (const SimtSpan& span : spans)
                if (!d.within(span.address, span.bytes, name.c_str(), what)) return d.fault(ILLEGAL_ADDRESS, what);
            alignas(std::max_align_t) char copy[sizeof(std::max_align_t) * 16];
            std::memcpy(copy, args.data(), args.size());
            run(copy);
            d.libraryCalls++;
            std::string damage = d.memory.damage();
            return damage.empty() ? SUCCESS : d.fault(ILLEGAL_ADDRESS, name + ": " + damage);
        });
    });
}
