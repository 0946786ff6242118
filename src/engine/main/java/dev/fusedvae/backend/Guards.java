package dev.fusedvae.backend;

import dev.fusedvae.graph.Tensor;
import java.util.List;
import java.util.Optional;

/// What a verifier asks of a device beyond running a plan: to watch the memory between slots, which no kernel may write, and
/// to run threads in another order.
public interface Guards {

    /// Fills the memory between slots with a pattern; the slots keep their values.
    void arm();

    /// A slot behind which the memory no longer holds the pattern, if there is one.
    Optional<Tensor> damaged();

    /// The names of the orders of threads, warps and blocks that the device can be told to follow, the usual one first; empty if
    /// the order cannot be chosen.
    List<String> orders();

    /// Follows one of [#orders] from now on.
    void order(String name);
}
