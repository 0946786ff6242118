package dev.fusedvae.backend;

import dev.fusedvae.run.CudaChoice;
import java.util.Map;
import java.util.Optional;

/// Opens a backend of another artifact (`fusedvae-cuda`); found by [java.util.ServiceLoader].
public interface BackendProvider {

    /// The backend's name: `cuda`.
    String name();

    /// The reason why `auto` must not try to open the backend here, or empty.
    Optional<String> heldBack(Map<String, String> environment);

    /// Opens the backend on the device that `environment` selects, to run as `choice` says; the caller closes it.
    ///
    /// @throws dev.fusedvae.run.BackendUnavailableException with the reason and what would help, if it cannot run here
    /// @throws IllegalArgumentException    if the choice names kernels or variants that are not there
    Backend open(Map<String, String> environment, CudaChoice choice);
}
