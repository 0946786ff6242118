package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.CudaChoice;
import java.lang.foreign.Arena;

/// What all executables of a backend share: the device, its kernels and the choice how they run.
///
/// @param timed whether the device's clock means anything: that of the SIMT device does not
record Engine(Driver driver, KernelLibrary library, CudaChoice choice, VendorParts vendor, boolean timed) {

    /// The launcher that was chosen, for launches that live as long as `arena`.
    Launcher launcher(Arena arena) {
        return switch (choice.launcher()) {
            case JCUDA -> new JCudaLauncher(driver);
            case FFM -> new FfmLauncher(driver, arena);
        };
    }

    /// Whether steps are captured and replayed.
    boolean graphs() {
        return switch (choice.replay()) {
            case GRAPH -> true;
            case STREAM -> false;
        };
    }
}
