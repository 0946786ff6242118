package dev.fusedvae.backend.cpu;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

/// Members that wait for a new round: they spin for a moment, then park until somebody has use for them.
///
/// Who parks first says so and then looks at the round once more; who opens a round first writes it and then looks for those
/// that said so; both with a fence in between, so one of them sees the other.
final class Sleepers {
    /// A wait that ends within this time costs no system call; longer than waking a thread takes.
    private static final long SPIN_NANOS = 100_000;
    /// Spins between looks at the clock.
    private static final int SPINS = 32;

    private final Thread[] threads;
    private final Claims claims;
    private final AtomicIntegerArray asleep;
    private volatile boolean closed;

    Sleepers(Thread[] threads, Claims claims) {
        this.threads = threads;
        this.claims = claims;
        asleep = new AtomicIntegerArray(threads.length);
    }

    /// Makes `thread` member 0.
    void caller(Thread thread) {
        threads[0] = thread;
    }

    /// Whether `thread` is a member other than the caller.
    boolean helps(Thread thread) {
        for (int member = 1; member < threads.length; member++) {
            if (threads[member] == thread) {
                return true;
            }
        }
        return false;
    }

    /// Returns when `member` is told of another round than `seen`, or for no reason.
    void await(int member, long seen) {
        long since = System.nanoTime();
        while (claims.round(member) == seen && !closed) {
            for (int i = 0; i < SPINS && claims.round(member) == seen; i++) {
                Thread.onSpinWait();
            }
            if (System.nanoTime() - since > SPIN_NANOS) {
                sleep(member, seen);
                return;
            }
        }
    }

    private void sleep(int member, long seen) {
        asleep.set(member, 1);
        while (asleep.get(member) == 1 && claims.round(member) == seen && !closed) {
            LockSupport.park(this);
            if (Thread.currentThread().isInterrupted()) {
                Thread.yield(); // a caller that was interrupted cannot park
            }
        }
        asleep.set(member, 0);
    }

    /// Wakes up to `most` members, the caller among them. What was written before is seen by those who find themselves awake.
    void wake(int most) {
        VarHandle.fullFence();
        int woken = 0;
        for (int member = 0; member < threads.length && woken < most; member++) {
            woken += wakeOne(member) ? 1 : 0;
        }
    }

    void wakeCaller() {
        VarHandle.fullFence();
        wakeOne(0);
    }

    private boolean wakeOne(int member) {
        if (asleep.get(member) == 1 && asleep.compareAndSet(member, 1, 0)) {
            LockSupport.unpark(threads[member]);
            return true;
        }
        return false;
    }

    void close() {
        closed = true;
        for (int member = 1; member < threads.length; member++) {
            LockSupport.unpark(threads[member]);
        }
    }
}
