package dev.fusedvae.backend.cpu;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/// A team of platform threads that runs one [Job] at a time, the caller being member 0.
///
/// A round is over when all its pieces are done, whoever did them, and the member that ends the last piece opens the next
/// round itself. So nobody waits for a member that the operating system has taken off its processor unless it was taken off
/// within a piece, and a job that is short is over before the others have woken up. Who finds nothing to do spins for a
/// moment and then sleeps: a processor left to others comes back sooner than one that was spun or yielded away.
///
/// The threads are daemons and end with [#close()]. A piece that fails ends the job: the pieces that are left are counted
/// and not run, so nobody waits for them.
public class Team implements AutoCloseable {
    private final int size;
    private final Claims claims;
    private final Sleepers sleepers;
    /// Pieces of the round that are not done yet.
    private final AtomicInteger left = new AtomicInteger();
    private long round;
    private Job job = NOTHING;
    private long started;
    private volatile boolean young;
    private volatile boolean closed;
    private volatile Throwable failure;

    private static final Job NOTHING = new Job() {
        @Override
        public int[] next() {
            return OVER;
        }

        @Override
        public void run(int member, int piece) {}
    };

    /// Nanoseconds that a job runs before it wakes members: about what waking costs.
    private static final long YOUNG_NANOS = 20_000;

    /// A team of `size` members, `size − 1` of them new threads.
    public Team(int size) {
        this(size, Thread::new);
    }

    /// A team whose threads come from `factory`.
    Team(int size, ThreadFactory factory) {
        this(size, factory, new Claims(checked(size)));
    }

    Team(int size, ThreadFactory factory, Claims claims) {
        this.size = size;
        this.claims = claims;
        Thread[] threads = new Thread[size];
        sleepers = new Sleepers(threads, claims);
        for (int member = 1; member < size; member++) {
            int number = member;
            Thread thread = factory.newThread(() -> work(number));
            thread.setName("fusedvae-" + number);
            thread.setDaemon(true);
            threads[number] = thread;
        }
        for (int member = 1; member < size; member++) {
            threads[member].start();
        }
    }

    private static int checked(int size) {
        if (size < 1 || size > 1024) {
            throw new IllegalArgumentException("threads must be in 1..1024, got " + size);
        }
        return size;
    }

    public int size() {
        return size;
    }

    /// Runs all rounds of `newJob`. One caller at a time.
    ///
    /// @throws IllegalStateException if the team is closed, or the caller is within a job of this very team
    void run(Job newJob) {
        // before the monitor, which the caller of the job that this thread works at holds
        refuse(sleepers.helps(Thread.currentThread()));
        runAlone(newJob);
    }

    private static void refuse(boolean nested) {
        if (nested) {
            throw new IllegalStateException("a job cannot run another one on its own team; run them one after the other");
        }
    }

    private synchronized void runAlone(Job newJob) {
        if (closed) {
            throw new IllegalStateException("this team is closed");
        }
        refuse(job != NOTHING);
        sleepers.caller(Thread.currentThread());
        job = newJob;
        failure = null;
        young = true;
        started = System.nanoTime();
        advance(0);
        while (!claims.over()) {
            long seen = claims.round(0);
            if (!help(0) && !claims.over()) {
                sleepers.await(0, seen);
            }
        }
        Throwable first = failure;
        if (first instanceof RuntimeException own && size == 1) {
            throw own;
        }
        if (first != null) {
            throw new IllegalStateException("a member of the team failed: " + first, first);
        }
    }

    private void work(int member) {
        while (!closed) {
            long seen = claims.round(member);
            if (!help(member) && !closed) {
                sleepers.await(member, seen);
            }
        }
    }

    /// Runs pieces as long as there are any; false if there was none.
    private boolean help(int member) {
        int done = 0;
        for (int piece = claims.take(member); piece != Claims.NONE; piece = claims.take(member)) {
            attempt(member, piece);
            done++;
            if (young) {
                wakeWhenOld();
            }
        }
        // counted at once and not one by one; what the pieces wrote is published by it
        if (done > 0 && left.addAndGet(-done) == 0) {
            advance(member);
        }
        return done > 0;
    }

    /// Opens the next round, alone: no piece is open or being run. A round of one piece is run on the spot.
    private void advance(int member) {
        while (true) {
            int[] bounds = next();
            if (bounds.length == 0) {
                end();
                return;
            }
            int pieces = bounds[size];
            if (pieces > 1 && size > 1) {
                open(bounds);
                return;
            }
            for (int piece = 0; piece < pieces; piece++) {
                attempt(member, piece);
            }
        }
    }

    private int[] next() {
        if (failure != null) {
            return Job.OVER;
        }
        try {
            return job.next();
        } catch (RuntimeException | Error e) {
            failure = e;
            return Job.OVER;
        }
    }

    private void open(int[] bounds) {
        left.setPlain(bounds[size]); // published by the words of the claims
        claims.open(++round, bounds);
        if (young) {
            wakeWhenOld();
        } else {
            sleepers.wake(bounds[size] - 1);
        }
    }

    private void wakeWhenOld() {
        if (System.nanoTime() - started >= YOUNG_NANOS) {
            young = false;
            sleepers.wake(size - 1);
        }
    }

    private void end() {
        job = NOTHING;
        claims.finish(++round);
        sleepers.wakeCaller();
    }

    private void attempt(int member, int piece) {
        if (failure != null) {
            return;
        }
        try {
            job.run(member, piece);
        } catch (RuntimeException | Error e) {
            failure = failure == null ? e : failure; // the first of them, or one of the first
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        sleepers.close();
    }
}
