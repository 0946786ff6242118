// A fiber is one CUDA thread: a stack and a saved stack pointer. Switching saves the six callee-saved registers of
// the x86-64 System V ABI and nothing else (no signal mask, no floating-point environment: kernels change neither).
#pragma once
#include <cstddef>
#include <vector>

namespace simt {

/// Stacks with a guard page below. The stack that was returned last is used next, so threads that never wait all run on one stack,
/// which stays in the cache.
class Stacks {
public:
    static size_t bytes();
    char* take();
    void give(char* stack) { free_.push_back(stack); }
    ~Stacks();
private:
    std::vector<char*> all_, free_;
};

class Fiber {
public:
    /// Makes this fiber call `entry(argument)` when it is first resumed; `entry` must end in `leave`.
    void start(char* stack, void (*entry)(void*), void* argument);
    /// From the scheduler: runs this fiber until it pauses or leaves.
    void resume();
    /// From the fiber: back to the scheduler, until the next resume.
    void pause();
    /// From the fiber: back to the scheduler for good.
    [[noreturn]] void leave();
    char* stack() const { return stack_; }
    bool started() const { return stack_ != nullptr; }
    /// From the scheduler, when the fiber has left or will not be resumed again: returns its stack.
    char* release();
private:
    static void begin();
    char* stack_ = nullptr;
    void* saved_ = nullptr;       // stack pointer of the paused fiber
    void* fake_ = nullptr;        // AddressSanitizer's shadow of this stack
    void* thread_ = nullptr;      // ThreadSanitizer's idea of it
    void (*entry_)(void*) = nullptr;
    void* argument_ = nullptr;
};

}  // namespace simt
