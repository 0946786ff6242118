package dev.fusedvae.backend;

import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import java.util.Optional;

/// A plan with its memory, ready to run. Not thread-safe: one caller at a time.
public interface Executable extends AutoCloseable {

    Plan plan();

    /// Replaces the feed: other examples of the same width, another seed.
    void feed(Feed feed);

    /// Says that the values of the feed's examples were changed in place, where a backend holds a copy of them.
    default void examplesChanged() {}

    /// Runs steps `firstStep … firstStep+count` of the feed; allocates nothing.
    ///
    /// @param metrics receives (Σ_b log p(x|z), Σ_b KL) in nats of step `firstStep + i` at `2i`, `2i+1` where the plan
    ///                computes them; may be empty
    /// @throws DivergedException after the step whose metrics are not finite
    void run(long firstStep, int count, double[] metrics);

    /// Runs one step and names the first call and tensor with a NaN or an infinity.
    Optional<String> runChecked(long step);

    /// Runs steps as [#run] does, with a clock around every call; empty where the device cannot be timed. The clock itself
    /// costs a little, and calls that would overlap may not.
    Optional<Profile> profile(long firstStep, int count);

    /// An executable of the same graph, perhaps for another batch size, that shares this one's parameters: inference
    /// only. Both may run at once if neither writes parameters.
    Executable sibling(Plan plan, Feed feed);

    /// [#sibling] that runs on the calling thread alone, for callers who must not wait for each other.
    default Executable serialSibling(Plan plan, Feed feed) {
        return sibling(plan, feed);
    }

    /// Copies a slot's values, logical and row-major, to the front of `to`; allocates nothing.
    void read(Tensor tensor, float[] to);

    /// A copy of a slot's values, logical and row-major, `rows(batch) × width`.
    float[] read(Tensor tensor);

    /// Sets a slot from logical, row-major values; where a backend holds it in partial sums, to such sums, all of which
    /// take part, or are NaN where the value is.
    void write(Tensor tensor, float[] values);

    /// The memory between slots, where this backend leaves some that can be watched; plans of one phase only.
    default Optional<Guards> guards() {
        return Optional.empty();
    }

    /// Bytes of the lowered plan: parameters, state, activations and scratch, padding included.
    long arenaBytes();

    @Override
    void close();
}
