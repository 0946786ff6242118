package dev.fusedvae.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/// Runs an operation until the compiler is done with it: until no thread allocates any more, or patience ends.
///
/// Before C2 has compiled a vector loop, vectors are allocated as objects: a normal takes 900 bytes and 10 µs instead of 0 bytes and 1 ns. C2
/// works in the background and shares the processors with other programs; on two busy ones it needed 4 seconds for
/// noise and 20 for a training step. A warm-up of fixed length would then measure code, and its allocation, that a long
/// run does not use. An operation that itself allocates exhausts the patience and is measured nevertheless.
final class WarmUp {
    /// The system property that a fork reads its patience from, in seconds.
    static final String PATIENCE = "fvae.bench.patience";
    /// Enough for every loop of a step on a busy machine.
    static final int SECONDS = 60;

    private static final long WINDOW_NANOS = 100_000_000;
    /// Windows without allocation in a row.
    private static final int QUIET = 3;
    /// What threads of the JVM itself may allocate in a window.
    private static final long NEXT_TO_NOTHING = 1024;

    private WarmUp() {}

    static void of(Runnable operation) {
        long deadline = System.nanoTime() + 1_000_000_000L * Integer.getInteger(PATIENCE, SECONDS);
        int quiet = 0;
        while (quiet < QUIET && System.nanoTime() < deadline) {
            quiet = window(operation) <= NEXT_TO_NOTHING ? quiet + 1 : 0;
        }
    }

    /// Bytes that all threads allocate in a window.
    private static long window(Runnable operation) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getTotalThreadAllocatedBytes();
        long start = System.nanoTime();
        do {
            operation.run();
        } while (System.nanoTime() - start < WINDOW_NANOS);
        return threads.getTotalThreadAllocatedBytes() - before;
    }
}
