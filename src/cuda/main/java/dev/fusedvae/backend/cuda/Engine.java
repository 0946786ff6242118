package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.cuda.driver.Driver;
import dev.fusedvae.backend.cuda.driver.FfmLauncher;
import dev.fusedvae.backend.cuda.driver.JCudaLauncher;
import dev.fusedvae.backend.cuda.driver.KernelLibrary;
import dev.fusedvae.backend.cuda.driver.Launcher;
import dev.fusedvae.backend.cuda.lowering.VendorParts;
import dev.fusedvae.run.CudaChoice;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What all executables of a backend share: the device, its kernels, and the choice of how they run.
///
/// @param timed whether times of the device mean anything; those of the SIMT device do not
/// @param open  the executables that are not closed yet, in the order in which they were loaded; under the driver's lock
record Engine(Driver driver, KernelLibrary library, CudaChoice choice, VendorParts vendor, boolean timed, List<CudaExecutable> open) implements AutoCloseable {

    Engine(Driver driver, KernelLibrary library, CudaChoice choice, VendorParts vendor, boolean timed) {
        this(driver, library, choice, vendor, timed, new ArrayList<>());
    }

    /// Closes the executables that are still open, the last one first, and then the device.
    @Override
    public void close() {
        try (driver; library; vendor) {
            Optional<RuntimeException> first = Optional.empty();
            for (CudaExecutable executable : List.copyOf(open).reversed()) {
                try {
                    executable.close();
                } catch (RuntimeException e) {
                    first = first.or(() -> Optional.of(e));
                }
            }
            if (first.isPresent()) {
                throw first.get();
            }
        }
    }

    /// The launcher of the choice, for launches that are used as long as `arena` is open.
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
