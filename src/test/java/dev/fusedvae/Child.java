package dev.fusedvae;

import java.util.List;
import java.util.concurrent.TimeUnit;

/// Processes that tests start.
public final class Child {
    /// Far above what any of them takes on a slow machine, and below what a test may take: see junit-platform.properties.
    public static final long MINUTES = 10;

    private Child() {}

    /// Ends `process` and those it started when it has not ended by itself after [#MINUTES]: who reads from it or waits for it
    /// goes on then and finds exit code 137. A test that failed in between leaves nothing running, if this JVM lives until then.
    public static Process limited(Process process) {
        return limited(process, TimeUnit.MINUTES.toMillis(MINUTES));
    }

    static Process limited(Process process, long millis) {
        process.onExit().orTimeout(millis, TimeUnit.MILLISECONDS).exceptionally(late -> {
            List<ProcessHandle> started = process.descendants().toList(); // orphans are nobody's descendants
            process.destroyForcibly();                                     // first: it would go on when what it waits for dies
            started.forEach(ProcessHandle::destroyForcibly);
            return process;
        });
        return process;
    }
}
