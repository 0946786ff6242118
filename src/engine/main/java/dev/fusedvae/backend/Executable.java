package dev.fusedvae.backend;

import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import java.util.Optional;

/// A plan with its memory, ready to run. Not thread-safe: only one thread may call it at a time.
public interface Executable extends AutoCloseable {

    Plan plan();

    /// Replaces the feed, for other examples of the same width or for another seed.
    void feed(Feed feed);

    /// Must be called after the values of the feed's examples were changed in place, because a backend may hold a copy of them.
    default void examplesChanged() {}

    /// Runs steps `firstStep … firstStep + count − 1` of the feed; allocates nothing.
    ///
    /// @param metrics receives (Σ_b log p(x|z), Σ_b KL) in nats of step `firstStep + i` at `2i`, `2i+1` where the plan
    ///                computes them; may be empty
    /// @throws DivergedException after the step whose metrics are not finite
    void run(long firstStep, int count, double[] metrics);

    /// Runs one step and names the first call and tensor with a NaN or an infinity.
    Optional<String> runChecked(long step);

    /// Runs steps as [#run] does and times every call; empty if the device cannot be timed. Timing costs a little itself, and calls
    /// that normally overlap may run one after the other.
    Optional<Profile> profile(long firstStep, int count);

    /// An executable of the same graph, perhaps for another batch size, that shares this one's parameters; for inference only. Both
    /// may run at the same time if neither writes parameters.
    Executable sibling(Plan plan, Feed feed);

    /// A [#sibling] that runs on the calling thread alone, so that several callers do not wait for each other.
    default Executable serialSibling(Plan plan, Feed feed) {
        return sibling(plan, feed);
    }

    /// Copies a slot's values, logical and row-major, to the front of `to`; allocates nothing.
    void read(Tensor tensor, float[] to);

    /// A copy of a slot's values, logical and row-major, `rows(batch) × width`.
    float[] read(Tensor tensor);

    /// Sets a slot from logical, row-major values. If the backend holds the slot as partial sums, every value is split into partial
    /// sums that add up to it (all NaN for a NaN), so that a kernel that forgets one of them is noticed.
    void write(Tensor tensor, float[] values);

    /// The memory between slots, if this backend can watch it; for plans of one phase only.
    default Optional<Guards> guards() {
        return Optional.empty();
    }

    /// Bytes of the lowered plan: parameters, optimizer state, activations, scratch and padding.
    long arenaBytes();

    @Override
    void close();
}
