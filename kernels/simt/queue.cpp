#include "queue.hpp"

#include <algorithm>

namespace simt {

Stream* Queue::create(unsigned flags, int priority) {
    auto stream = std::make_unique<Stream>();
    stream->flags = flags;
    stream->priority = priority;
    Stream* handle = stream.get();
    streams_[handle] = std::move(stream);
    return handle;
}

Stream* Queue::find(void* handle) {
    if (reinterpret_cast<uintptr_t>(handle) <= 2) return &legacy_;
    auto it = streams_.find(static_cast<Stream*>(handle));
    return it == streams_.end() ? nullptr : it->first;
}

void Queue::destroy(Stream* stream) {
    if (stream->capture) stream->capture->invalid = true;
    streams_.erase(stream);                  // its tasks stay: destroying a stream does not cancel its work
}

Event* Queue::createEvent() {
    auto event = std::make_unique<Event>();
    Event* handle = event.get();
    events_[handle] = std::move(event);
    return handle;
}

Event* Queue::findEvent(void* handle) {
    auto it = events_.find(static_cast<Event*>(handle));
    return it == events_.end() ? nullptr : it->first;
}

uint64_t Queue::add(std::vector<uint64_t> after, Work work) {
    std::erase_if(after, [&](uint64_t t) { return !pending(t); });
    tasks_[next_] = {std::move(after), std::move(work)};
    return next_++;
}

std::vector<uint64_t> Queue::predecessors(Stream* stream) {
    std::vector<uint64_t> after = std::move(stream->waits);
    stream->waits.clear();
    after.push_back(stream->last);
    if (stream == &legacy_) {
        for (auto& [other, owned] : streams_)
            if (!(other->flags & 1)) after.push_back(other->last);
    } else if (!(stream->flags & 1)) {
        after.push_back(legacy_.last);
    }
    return after;
}

Result Queue::submit(Stream* stream, Graph::Kind kind, Work work) {
    if (stream->capture) {
        Capture& capture = *stream->capture;
        if (capture.invalid) return STREAM_CAPTURE_INVALIDATED;
        capture.graph.nodes.push_back({kind, stream->frontier, std::move(work)});
        stream->frontier = {capture.graph.nodes.size() - 1};
        return SUCCESS;
    }
    if (stream == &legacy_ && capturingBlockingStream()) return STREAM_CAPTURE_IMPLICIT;
    stream->last = add(predecessors(stream), std::move(work));
    return SUCCESS;
}

Result Queue::submit(Stream* stream, const Graph& graph) {
    if (stream->capture) {
        size_t base = stream->capture->graph.nodes.size();
        std::vector<size_t> entry = stream->frontier, all;
        for (const Graph::Node& node : graph.nodes) {
            Graph::Node copy = node;
            for (size_t& a : copy.after) a += base;
            if (node.after.empty()) copy.after = entry;
            all.push_back(stream->capture->graph.nodes.size());
            stream->capture->graph.nodes.push_back(std::move(copy));
        }
        if (!all.empty()) stream->frontier = all;
        return SUCCESS;
    }
    if (stream == &legacy_ && capturingBlockingStream()) return STREAM_CAPTURE_IMPLICIT;
    std::vector<uint64_t> before = predecessors(stream), ids;
    for (const Graph::Node& node : graph.nodes) {
        std::vector<uint64_t> after = before;
        for (size_t a : node.after) after.push_back(ids[a]);
        ids.push_back(add(std::move(after), node.work));
    }
    ids.insert(ids.end(), before.begin(), before.end());
    stream->last = add(std::move(ids), [] { return SUCCESS; });
    return SUCCESS;
}

Result Queue::record(Event* event, Stream* stream) {
    event->recorded = true;
    event->capture = stream->capture;
    if (stream->capture) {
        event->frontier = stream->frontier;
        return stream->capture->invalid ? STREAM_CAPTURE_INVALIDATED : SUCCESS;
    }
    Result r = submit(stream, Graph::Kind::EMPTY, [this, event] {
        if (findEvent(event)) event->time = std::chrono::steady_clock::now();
        return SUCCESS;
    });
    event->task = stream->last;
    return r;
}

Result Queue::waitFor(Stream* stream, Event* event) {
    if (!event->recorded) return SUCCESS;
    if (event->capture) {                    // joins the capture
        if (stream->capture && stream->capture != event->capture) return STREAM_CAPTURE_UNMATCHED;
        if (stream == &legacy_) return STREAM_CAPTURE_IMPLICIT;
        stream->capture = event->capture;
        stream->capture->streams.insert(stream);
        stream->frontier.insert(stream->frontier.end(), event->frontier.begin(), event->frontier.end());
        return SUCCESS;
    }
    if (stream->capture) return STREAM_CAPTURE_UNSUPPORTED;
    stream->waits.push_back(event->task);
    return SUCCESS;
}

std::set<uint64_t> Queue::closure(uint64_t task) const {
    std::set<uint64_t> found;
    std::vector<uint64_t> open{task};
    while (!open.empty()) {
        uint64_t t = open.back();
        open.pop_back();
        auto it = tasks_.find(t);
        if (it == tasks_.end() || !found.insert(t).second) continue;
        open.insert(open.end(), it->second.after.begin(), it->second.after.end());
    }
    return found;
}

// Every pending task that a wanted task waits for is wanted itself, so a task that is not wanted has already run.
Queue::Agenda::Agenda(const std::set<uint64_t>& wanted, const std::map<uint64_t, Task>& tasks) {
    for (uint64_t task : wanted) {
        size_t missing = 0;
        for (uint64_t before : tasks.at(task).after) {
            auto it = waiting_.find(before);             // tasks of smaller numbers were submitted before
            if (it == waiting_.end()) continue;
            it->second.followers.push_back(task);
            missing++;
        }
        waiting_[task].missing = missing;
        if (missing == 0) ready_.insert(task);
    }
}

void Queue::Agenda::done(uint64_t task) {
    ready_.erase(task);
    for (uint64_t follower : waiting_[task].followers)
        if (--waiting_[follower].missing == 0) ready_.insert(follower);
    waiting_.erase(task);
}

// Reverse and random order choose among the oldest ready tasks only, so that no task waits for ever.
uint64_t Queue::choose(const std::set<uint64_t>& ready) {
    constexpr size_t OLDEST = 16;
    if (schedule_.order == Order::FORWARD) return *ready.begin();
    size_t among = std::min(ready.size(), OLDEST);
    uint64_t draw = (schedule_.seed + ++draws_) * 0x9e3779b97f4a7c15u >> 33;
    return *std::next(ready.begin(), ptrdiff_t(schedule_.order == Order::REVERSE ? among - 1 : draw % among));
}

Result Queue::runOne(Agenda& agenda) {
    uint64_t chosen = choose(agenda.ready());
    Work work = std::move(tasks_[chosen].work);
    tasks_.erase(chosen);
    agenda.done(chosen);
    return work();
}

Result Queue::run(const std::set<uint64_t>& wanted) {
    Agenda agenda(wanted, tasks_);
    while (!agenda.ready().empty())
        if (Result r = runOne(agenda); r != SUCCESS) return r;
    return SUCCESS;
}

Result Queue::finish(uint64_t task) { return run(closure(task)); }

Result Queue::finish(Stream* stream) {
    std::vector<uint64_t> tasks = stream == &legacy_ ? predecessors(stream) : std::move(stream->waits);
    stream->waits.clear();
    tasks.push_back(stream->last);
    for (uint64_t t : tasks)
        if (Result r = finish(t); r != SUCCESS) return r;
    return SUCCESS;
}

Result Queue::finishAll() {
    std::set<uint64_t> all;
    for (const auto& [id, task] : tasks_) all.insert(id);
    return run(all);
}

Result Queue::advance(uint64_t task) {
    std::set<uint64_t> wanted = closure(task);
    if (wanted.empty()) return SUCCESS;
    Agenda agenda(wanted, tasks_);
    return runOne(agenda);
}

bool Queue::capturingBlockingStream() const {
    for (const auto& [stream, owned] : streams_)
        if (stream->capture && !(stream->flags & 1)) return true;
    return false;
}

void Queue::clear() {
    tasks_.clear();
    events_.clear();
    streams_.clear();
    legacy_ = {};
}

}  // namespace simt
