package dev.fusedvae.backend;

import dev.fusedvae.plan.Plan;

/// Something that runs plans.
public interface Backend extends AutoCloseable {

    /// `reference`, `cpu` or `cuda`.
    String name();

    /// What runs the arithmetic, in words: it goes into every result.
    String device();

    /// Threads that run the arithmetic, the caller's included.
    default int threads() {
        return 1;
    }

    /// Lowers `plan`: chooses layouts, allocates everything, and binds it to `feed`. Parameters and state start at zero.
    Executable load(Plan plan, Feed feed);

    @Override
    void close();
}
