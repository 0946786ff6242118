package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.BackendUnavailableException;
import dev.fusedvae.backend.CudaChoice;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.plan.Plan;
import java.util.Map;
import java.util.Optional;

/// Hand-written CUDA kernels on one device: a GPU, or the SIMT device where `FVAE_CUDA=simt`.
public final class CudaBackend implements Backend {
    private final String device;
    private final Driver driver;
    private final KernelLibrary library;
    private final CudaChoice choice;

    private CudaBackend(String device, Driver driver, KernelLibrary library, CudaChoice choice) {
        this.device = device;
        this.driver = driver;
        this.library = library;
        this.choice = choice;
    }

    /// Opens the device that `environment` chooses, to run as `choice` says.
    ///
    /// @throws BackendUnavailableException with the reason and what would help, if no kernel can run here
    public static CudaBackend open(Map<String, String> environment, CudaChoice choice) {
        choice.vendor().stream().findFirst().ifPresent(v -> {
            throw new BackendUnavailableException("--vendor " + v.flag() + " is not there yet: no vendor library is called; leave it out");
        });
        Probe.Outcome.Ready ready = Probe.require(environment);
        KernelFolder folder = KernelFolder.find();
        Compiler compiler = new Compiler(folder, ready.architecture(), environment);
        Driver driver = new Driver();
        return new CudaBackend(ready.device(), driver, new KernelLibrary(driver, folder, compiler), choice);
    }

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public String device() {
        return device;
    }

    /// @throws BackendUnavailableException if the device has too little memory
    @Override
    public CudaExecutable load(Plan plan, Feed feed) {
        return CudaExecutable.load(driver, library, plan, feed, Optional.empty());
    }

    /// Bytes of device memory that executables hold.
    public long allocatedBytes() {
        return driver.allocatedBytes();
    }

    @Override
    public void close() {
        synchronized (driver) {
            driver.enterToClose();
            try (driver) {
                library.close();
            }
        }
    }
}
