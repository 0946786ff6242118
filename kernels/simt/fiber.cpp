#include "fiber.hpp"

#include <cstdint>
#include <new>
#include <sys/mman.h>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

// fvae_simt_switch(save, to): pushes the callee-saved registers, stores the stack pointer in *save, continues at `to`.
extern "C" __attribute__((visibility("hidden"))) void fvae_simt_switch(void** save, void* to);
__asm__(R"(.pushsection .text
.hidden fvae_simt_switch
.globl fvae_simt_switch
.type fvae_simt_switch,@function
fvae_simt_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp,(%rdi)
  movq %rsi,%rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size fvae_simt_switch,.-fvae_simt_switch
.popsection
)");

namespace simt {
namespace {

constexpr size_t GUARD = 4096;
Fiber* running;
void* scheduler;
#if defined(__SANITIZE_ADDRESS__)
constexpr size_t STACK = 256 << 10;                 // red zones make frames several times larger
void* schedulerFake;
const void* schedulerStack;
size_t schedulerBytes;
#else
constexpr size_t STACK = 64 << 10;
#endif
#if defined(__SANITIZE_THREAD__)
void* schedulerThread;                              // as ThreadSanitizer knows it
#endif

}  // namespace

size_t Stacks::bytes() { return STACK; }

char* Stacks::take() {
    if (free_.empty()) {
        // The distance is not a power of two, so that the tops of the stacks do not fall into the same set of the L1 cache.
        size_t size = GUARD + STACK + GUARD;
        void* p = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (p == MAP_FAILED) throw std::bad_alloc();
        if (mprotect(p, GUARD, PROT_NONE) != 0) {          // for example at the limit of mappings, vm.max_map_count
            munmap(p, size);
            throw std::bad_alloc();
        }
        all_.push_back(static_cast<char*>(p));
        free_.push_back(static_cast<char*>(p) + GUARD);
    }
    char* stack = free_.back();
    free_.pop_back();
#if defined(__SANITIZE_ADDRESS__)
    __asan_unpoison_memory_region(stack, STACK);
#endif
    return stack;
}

Stacks::~Stacks() {
    for (char* p : all_) munmap(p, GUARD + STACK + GUARD);
}

void Fiber::start(char* stack, void (*entry)(void*), void* argument) {
    stack_ = stack;
    entry_ = entry;
    argument_ = argument;
    fake_ = nullptr;
    // The stack looks as if `begin` had been called: a null return address, then `begin`, then six registers to pop. The tops of the
    // stacks are spread over a page, for the same reason as above.
    size_t colour = (reinterpret_cast<uintptr_t>(stack) / (STACK + 2 * GUARD)) % 13 * 192;
    void** top = reinterpret_cast<void**>(stack + STACK - 64 - colour);
    top[7] = nullptr;
    top[6] = reinterpret_cast<void*>(&Fiber::begin);
    for (int i = 0; i < 6; i++) top[i] = nullptr;
    saved_ = top;
#if defined(__SANITIZE_THREAD__)
    thread_ = __tsan_create_fiber(0);
#endif
}

char* Fiber::release() {
#if defined(__SANITIZE_THREAD__)
    __tsan_destroy_fiber(thread_);
#endif
    char* stack = stack_;
    stack_ = nullptr;
    return stack;
}

void Fiber::begin() {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(nullptr, &schedulerStack, &schedulerBytes);
#endif
    Fiber* self = running;
    self->entry_(self->argument_);
    self->leave();
}

void Fiber::resume() {
    running = this;
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(&schedulerFake, stack_, STACK);
#endif
#if defined(__SANITIZE_THREAD__)
    schedulerThread = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(thread_, 0);
#endif
    fvae_simt_switch(&scheduler, saved_);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(schedulerFake, nullptr, nullptr);
#endif
}

void Fiber::pause() {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(&fake_, schedulerStack, schedulerBytes);
#endif
#if defined(__SANITIZE_THREAD__)
    __tsan_switch_to_fiber(schedulerThread, 0);
#endif
    fvae_simt_switch(&saved_, scheduler);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(fake_, &schedulerStack, &schedulerBytes);
#endif
}

void Fiber::leave() {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(nullptr, schedulerStack, schedulerBytes);
#endif
#if defined(__SANITIZE_THREAD__)
    __tsan_switch_to_fiber(schedulerThread, 0);
#endif
    fvae_simt_switch(&saved_, scheduler);
    __builtin_unreachable();
}

}  // namespace simt
