package dev.fusedvae.backend;

import dev.fusedvae.graph.Tensor;
import java.util.Optional;

/// The memory between the slots of an executable, which nobody may write: what a verifier watches.
public interface Guards {

    /// Fills it with a pattern; values of slots stay.
    void arm();

    /// A slot in front of memory that no longer holds the pattern, if there is one.
    Optional<Tensor> damaged();
}
