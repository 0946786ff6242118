package dev.fusedvae.backend.reference;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.plan.Plan;

/// Plain loops in double. Slow on purpose; every other backend is measured against it.
public final class ReferenceBackend implements Backend {

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public String device() {
        return "plain loops in double, one thread";
    }

    @Override
    public boolean timed() {
        return false;
    }

    @Override
    public ReferenceExecutable load(Plan plan, Feed feed) {
        return new ReferenceExecutable(plan, feed);
    }

    @Override
    public void close() {}
}
