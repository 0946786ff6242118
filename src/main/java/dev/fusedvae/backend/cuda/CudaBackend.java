package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.BackendUnavailableException;
import dev.fusedvae.backend.CudaChoice;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.plan.Plan;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Hand-written CUDA kernels on one device: a GPU, or the SIMT device where `FVAE_CUDA=simt`.
public final class CudaBackend implements Backend {
    private final String device;
    private final Engine engine;

    private CudaBackend(String device, Engine engine) {
        this.device = device;
        this.engine = engine;
    }

    /// Opens the device that `environment` chooses, to run as `choice` says.
    ///
    /// @throws BackendUnavailableException with the reason and what would help, if no kernel can run here
    /// @throws IllegalArgumentException    if the choice names kernels or variants that are not there
    public static CudaBackend open(Map<String, String> environment, CudaChoice choice) {
        choice.vendor().stream().findFirst().ifPresent(v -> {
            throw new BackendUnavailableException("--vendor " + v.flag() + " is not there yet: no vendor library is called; leave it out");
        });
        Probe.Outcome.Ready ready = Probe.require(environment);
        Architecture architecture = Architecture.of(ready.architecture());
        KernelCache cache = KernelCache.of(environment);
        KernelFolder builtIn = KernelFolder.find(cache);
        KernelFolder folder = choice.kernels().map(extra -> builtIn.with(extra, cache)).orElse(builtIn);
        Variants variants = new Variants(folder, architecture, choice.variants());
        Images images = new Images(folder, architecture, Packed.find(), environment);
        Driver driver = new Driver();
        return new CudaBackend(ready.device(), new Engine(driver, new KernelLibrary(driver, variants, images), choice));
    }

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public String device() {
        return device;
    }

    @Override
    public List<String> variants(String op) {
        return engine.library().variants(op);
    }

    /// @throws BackendUnavailableException if the device has too little memory
    @Override
    public CudaExecutable load(Plan plan, Feed feed) {
        return CudaExecutable.load(engine, plan, feed, Optional.empty());
    }

    /// Bytes of device memory that executables hold.
    public long allocatedBytes() {
        return engine.driver().allocatedBytes();
    }

    @Override
    public void close() {
        Driver driver = engine.driver();
        synchronized (driver) {
            driver.enterToClose();
            try (driver) {
                engine.library().close();
            }
        }
    }
}
