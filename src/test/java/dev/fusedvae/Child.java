package dev.fusedvae;

import java.util.concurrent.TimeUnit;

/// Processes that tests start.
public final class Child {
    /// Far above what any of them takes on a slow machine, and below what a test may take: see junit-platform.properties.
    public static final long MINUTES = 10;

    private Child() {}

    /// Ends `process` and those it started when it has not ended by itself after [#MINUTES]: who reads from it or waits for it
    /// goes on then and finds exit code 137; nothing is left running by a test that failed in between.
    public static Process limited(Process process) {
        return limited(process, TimeUnit.MINUTES.toMillis(MINUTES));
    }

    static Process limited(Process process, long millis) {
        process.onExit().orTimeout(millis, TimeUnit.MILLISECONDS).exceptionally(late -> {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            return process.destroyForcibly();
        });
        return process;
    }
}
