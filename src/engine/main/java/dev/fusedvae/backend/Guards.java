package dev.fusedvae.backend;

import dev.fusedvae.graph.Tensor;
import java.util.List;
import java.util.Optional;

/// What a verifier asks of a device beyond running a plan: to watch the memory between slots, which nobody may write, and
/// to run threads in another order.
public interface Guards {

    /// Fills it with a pattern; values of slots stay.
    void arm();

    /// A slot in front of memory that no longer holds the pattern, if there is one.
    Optional<Tensor> damaged();

    /// Orders of threads, warps and blocks that the device follows on request, the usual one first; empty for one that
    /// does as it likes.
    List<String> orders();

    /// Follows one of [#orders] from now on.
    void order(String name);
}
