// Streams, events, captures and graphs. Streams are lazy: submitted work is only put into a list. It runs when a synchronising call
// needs it, after everything that it depends on; the schedule chooses the order of independent work.
#pragma once
#include "emulator.hpp"
#include "result.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <thread>
#include <vector>

namespace simt {

using Work = std::function<Result()>;

/// Nodes in submission order; `after` are indices of earlier nodes.
struct Graph {
    enum class Kind : int { KERNEL = 0, MEMCPY = 1, MEMSET = 2, HOST = 3, EMPTY = 5 };    // CUgraphNodeType
    struct Node { Kind kind; std::vector<size_t> after; Work work; };
    std::vector<Node> nodes;
};

struct Stream;
struct Capture {
    Stream* origin;
    int mode;                                // 0 global, 1 thread-local, 2 relaxed
    std::thread::id thread;                  // the thread that began it
    bool invalid = false;
    std::set<Stream*> streams;
    Graph graph;
};

struct Stream {
    unsigned flags = 0;                      // 1: does not synchronise with the legacy stream
    int priority = 0;
    uint64_t last = 0;                       // newest task
    std::vector<uint64_t> waits;             // further tasks that the next task waits for
    std::shared_ptr<Capture> capture;
    std::vector<size_t> frontier;            // captured nodes that the next node follows
};

struct Event {
    bool recorded = false;
    uint64_t task = 0;
    std::chrono::steady_clock::time_point time;
    std::shared_ptr<Capture> capture;
    std::vector<size_t> frontier;
};

class Queue {
public:
    explicit Queue(const Schedule& schedule) : schedule_(schedule) {}

    Stream* create(unsigned flags, int priority);
    /// The stream of a handle (0, 1 and 2 are the legacy stream), or null.
    Stream* find(void* handle);
    void destroy(Stream* stream);
    Event* createEvent();
    Event* findEvent(void* handle);
    void destroyEvent(Event* event) { events_.erase(event); }

    /// Submits work, or adds it to the capture that the stream takes part in.
    Result submit(Stream* stream, Graph::Kind kind, Work work);
    Result submit(Stream* stream, const Graph& graph);
    Result record(Event* event, Stream* stream);
    Result waitFor(Stream* stream, Event* event);

    bool pending(uint64_t task) const { return tasks_.count(task) != 0; }
    size_t pendingTasks() const { return tasks_.size(); }
    /// Runs `task`, after all tasks that it depends on.
    Result finish(uint64_t task);
    Result finish(Stream* stream);
    Result finishAll();
    /// Runs one of the tasks that `task` depends on, or `task` itself, so that a program that polls makes progress.
    Result advance(uint64_t task);
    void drop() { tasks_.clear(); }

    Result beginCapture(Stream* stream, int mode);
    Result endCapture(Stream* stream, Graph& out);
    /// To be called by driver functions that a capture forbids (a global capture to all threads, a thread-local one to its own):
    /// invalidates every capture that forbids them to the calling thread, and returns whether there is one.
    bool refuseUnsafe();
    bool capturingBlockingStream() const;

    size_t streams() const { return streams_.size(); }
    size_t events() const { return events_.size(); }
    void clear();

private:
    struct Task { std::vector<uint64_t> after; Work work; };
    /// The tasks to run: those that are ready, and for each of the others the number of tasks that it still waits for.
    class Agenda {
    public:
        Agenda(const std::set<uint64_t>& wanted, const std::map<uint64_t, Task>& tasks);
        const std::set<uint64_t>& ready() const { return ready_; }
        /// Removes a ready task that has run, and makes followers ready that waited for it alone.
        void done(uint64_t task);
    private:
        struct Waiting { size_t missing = 0; std::vector<uint64_t> followers; };
        std::set<uint64_t> ready_;
        std::map<uint64_t, Waiting> waiting_;
    };
    uint64_t add(std::vector<uint64_t> after, Work work);
    std::vector<uint64_t> predecessors(Stream* stream);
    std::set<uint64_t> closure(uint64_t task) const;
    uint64_t choose(const std::set<uint64_t>& ready);
    Result runOne(Agenda& agenda);
    Result run(const std::set<uint64_t>& wanted);

    const Schedule& schedule_;
    Stream legacy_;
    std::map<Stream*, std::unique_ptr<Stream>> streams_;
    std::map<Event*, std::unique_ptr<Event>> events_;
    std::map<uint64_t, Task> tasks_;
    uint64_t next_ = 1;
    uint64_t draws_ = 0;
};

}  // namespace simt
