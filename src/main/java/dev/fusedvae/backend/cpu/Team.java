package dev.fusedvae.backend.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// A fixed team of platform threads that runs one task at a time, the caller being member 0.
///
/// Members meet at a spinning barrier; between tasks the others spin for a moment and then park. They are daemons and
/// end with [#close()]. A member that fails takes the whole task down: nobody waits for it forever.
public final class Team implements AutoCloseable {
    /// Spins before a waiting member yields the processor.
    private static final int SPINS_BEFORE_YIELD = 1 << 10;
    /// Spins before an idle member parks.
    private static final int SPINS_BEFORE_PARK = 1 << 15;

    /// What a team runs: every member calls it once with its number.
    @FunctionalInterface
    interface Task {
        void run(int member);
    }

    private final int size;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger arrived = new AtomicInteger();
    private final AtomicInteger finished = new AtomicInteger();
    private final AtomicInteger parked = new AtomicInteger();
    private volatile int barrierRound;
    private volatile int taskRound;
    private volatile Task task;
    private volatile boolean closed;
    private volatile Throwable failure;

    /// A team of `size` members, `size − 1` of them new threads.
    public Team(int size) {
        if (size < 1 || size > 1024) {
            throw new IllegalArgumentException("threads must be in 1..1024, got " + size);
        }
        this.size = size;
        for (int member = 1; member < size; member++) {
            int number = member;
            Thread thread = new Thread(() -> work(number), "fusedvae-" + number);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    public int size() {
        return size;
    }

    /// Runs `newTask` on every member and returns when all are done. One caller at a time.
    synchronized void run(Task newTask) {
        if (closed) {
            throw new IllegalStateException("this team is closed");
        }
        if (size == 1) {
            newTask.run(0);
            return;
        }
        failure = null;
        arrived.set(0);
        finished.set(0);
        task = newTask;
        taskRound++;
        if (parked.get() > 0) {
            threads.forEach(LockSupport::unpark);
        }
        attempt(newTask, 0);
        int spins = 0;
        while (finished.get() < size) {
            spins = pause(spins);
        }
        if (failure != null) {
            throw new IllegalStateException("a member of the team failed: " + failure, failure);
        }
    }

    /// Waits until every member has come here; afterwards each sees what all others wrote before.
    void barrier() {
        if (size == 1) {
            return;
        }
        int round = barrierRound;
        if (arrived.incrementAndGet() == size) {
            arrived.set(0);
            barrierRound = round + 1;
            return;
        }
        int spins = 0;
        while (barrierRound == round) {
            if (failure != null) {
                throw new IllegalStateException("another member of the team failed", failure);
            }
            spins = pause(spins);
        }
    }

    private static int pause(int spins) {
        if (spins < SPINS_BEFORE_YIELD) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
        return spins + 1;
    }

    private void work(int member) {
        int seen = 0;
        while (!closed) {
            int spins = 0;
            while (taskRound == seen && !closed) {
                if (++spins < SPINS_BEFORE_PARK) {
                    Thread.onSpinWait();
                } else {
                    park(seen);
                }
            }
            if (!closed) {
                seen++;
                attempt(task, member);
            }
        }
    }

    private void park(int seen) {
        parked.incrementAndGet();
        if (taskRound == seen && !closed) {
            LockSupport.park(this);
        }
        parked.decrementAndGet();
    }

    private void attempt(Task current, int member) {
        try {
            current.run(member);
        } catch (RuntimeException | Error e) {
            failure = failure == null ? e : failure; // the others fail for no reason but the first
        } finally {
            finished.incrementAndGet();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        threads.forEach(LockSupport::unpark);
    }
}
