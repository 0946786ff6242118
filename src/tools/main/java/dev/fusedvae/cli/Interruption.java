package dev.fusedvae.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Turns Ctrl-C (or SIGTERM) into a request to stop, and keeps the JVM alive until the work has ended.
///
/// The JVM ends with 130 after SIGINT once its shutdown hooks are done; this hook is done when [#close()] is called.
final class Interruption implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;

    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook;
    private volatile boolean requested;

    private Interruption(Runnable message) {
        hook = new Thread(() -> {
            requested = true;
            message.run();
            try {
                finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, "fvae-interruption");
    }

    /// Listens until closed; `message` runs when the request comes.
    static Interruption listen(Runnable message) {
        Interruption interruption = new Interruption(message);
        try {
            Runtime.getRuntime().addShutdownHook(interruption.hook);
        } catch (IllegalStateException e) {
            interruption.requested = true; // the JVM is going down already: the request came between two trainings
        }
        return interruption;
    }

    boolean requested() {
        return requested;
    }

    @Override
    public void close() {
        finished.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            Thread.yield(); // the JVM is already going down, which is what the hook waited for
        }
    }
}
