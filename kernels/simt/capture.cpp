// Begins, checks and ends stream captures.
#include "queue.hpp"

#include <algorithm>

namespace simt {

Result Queue::beginCapture(Stream* stream, int mode) {
    if (stream == &legacy_ || mode < 0 || mode > 2) return mode < 0 || mode > 2 ? INVALID_VALUE : STREAM_CAPTURE_UNSUPPORTED;
    if (stream->capture) return STREAM_CAPTURE_UNSUPPORTED;
    stream->capture = std::make_shared<Capture>(Capture{stream, mode, std::this_thread::get_id(), false, {stream}, {}});
    stream->frontier.clear();
    return SUCCESS;
}

// Every stream that joined the capture must have been joined back to the stream that began it: the last nodes of the former must be
// ancestors of the last nodes of the latter.
Result Queue::endCapture(Stream* stream, Graph& out) {
    std::shared_ptr<Capture> capture = stream->capture;
    if (!capture) return INVALID_VALUE;
    if (capture->origin != stream) {
        capture->invalid = true;
        return STREAM_CAPTURE_UNMATCHED;
    }
    if (capture->mode != 2 && capture->thread != std::this_thread::get_id()) return STREAM_CAPTURE_WRONG_THREAD;
    std::vector<bool> reached(capture->graph.nodes.size());
    for (size_t n : stream->frontier) reached[n] = true;
    for (size_t n = reached.size(); n-- > 0;)
        if (reached[n])
            for (size_t a : capture->graph.nodes[n].after) reached[a] = true;
    bool joined = std::all_of(reached.begin(), reached.end(), [](bool r) { return r; });
    for (Stream* s : capture->streams) {
        if (streams_.count(s) == 0) continue;
        s->capture.reset();
        s->frontier.clear();
    }
    if (capture->invalid) return STREAM_CAPTURE_INVALIDATED;
    if (!joined) return STREAM_CAPTURE_UNJOINED;
    out = std::move(capture->graph);
    return SUCCESS;
}

bool Queue::refuseUnsafe() {
    bool refused = false;
    for (const auto& [stream, owned] : streams_) {
        if (!stream->capture || stream->capture->mode == 2) continue;
        if (stream->capture->mode == 1 && stream->capture->thread != std::this_thread::get_id()) continue;
        stream->capture->invalid = true;
        refused = true;
    }
    return refused;
}

}  // namespace simt
