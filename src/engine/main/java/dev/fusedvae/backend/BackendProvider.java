package dev.fusedvae.backend;

import dev.fusedvae.run.CudaChoice;
import java.util.Map;
import java.util.Optional;

/// A backend that another artifact brings: `fusedvae-cuda` beside the engine, found by [java.util.ServiceLoader].
public interface BackendProvider {

    /// The name by which it is asked for: `cuda`.
    String name();

    /// Why `auto` must not even try to open it here, or empty.
    Optional<String> heldBack(Map<String, String> environment);

    /// Opens the device that `environment` chooses, to run as `choice` says; the caller closes it.
    ///
    /// @throws dev.fusedvae.run.BackendUnavailableException with the reason and what would help, if it cannot run here
    /// @throws IllegalArgumentException    if the choice names kernels or variants that are not there
    Backend open(Map<String, String> environment, CudaChoice choice);
}
