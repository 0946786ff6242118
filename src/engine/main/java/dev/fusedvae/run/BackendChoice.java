package dev.fusedvae.run;

import java.util.List;

/// Which backend to run on, and on how many threads.
///
/// @param name    `auto`, `cpu`, `reference` or `cuda`
/// @param threads threads of the CPU path, the caller's included; 0 takes one for each processor
/// @param cuda    how the cuda backend runs, if it is the one that runs
public record BackendChoice(String name, int threads, CudaChoice cuda) {
    private static final List<String> NAMES = List.of("auto", "cpu", "reference", "cuda");

    public BackendChoice {
        check("the backend", name);
        if (threads < 0 || threads > 1024) {
            throw new IllegalArgumentException("threads must be in 1..1024, or 0 for one per processor, got " + threads);
        }
    }

    /// A backend on `threads` threads.
    public BackendChoice(String name, int threads) {
        this(name, threads, CudaChoice.DEFAULT);
    }

    /// The best backend that can run here, on all processors.
    public static BackendChoice auto() {
        return of("auto");
    }

    /// The named backend, on all processors.
    public static BackendChoice of(String name) {
        return new BackendChoice(name, 0);
    }

    public BackendChoice withThreads(int count) {
        return new BackendChoice(name, count, cuda);
    }

    public BackendChoice withCuda(CudaChoice choice) {
        return new BackendChoice(name, threads, choice);
    }

    /// Throws unless the name is `auto`, `cpu`, `reference` or `cuda`; the message says by `what` where the name was given.
    public static void check(String what, String name) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException(what + " must be one of " + String.join(", ", NAMES) + "; got '" + name + "'");
        }
    }
}
