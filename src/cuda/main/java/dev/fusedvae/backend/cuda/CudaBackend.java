package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.VendorFusion;
import dev.fusedvae.backend.cuda.driver.Driver;
import dev.fusedvae.backend.cuda.driver.KernelLibrary;
import dev.fusedvae.backend.cuda.driver.Probe;
import dev.fusedvae.backend.cuda.driver.SimtDriver;
import dev.fusedvae.backend.cuda.kernels.Architecture;
import dev.fusedvae.backend.cuda.kernels.Images;
import dev.fusedvae.backend.cuda.kernels.KernelCache;
import dev.fusedvae.backend.cuda.kernels.KernelFolder;
import dev.fusedvae.backend.cuda.kernels.Packed;
import dev.fusedvae.backend.cuda.kernels.Variants;
import dev.fusedvae.backend.cuda.lowering.RowBlocks;
import dev.fusedvae.backend.cuda.lowering.VendorParts;
import dev.fusedvae.fuse.Budget;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.run.BackendUnavailableException;
import dev.fusedvae.run.CudaChoice;
import dev.fusedvae.spec.FusionLevel;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Runs hand-written CUDA kernels on one device: a GPU, or the SIMT device if `FVAE_CUDA=simt`.
public final class CudaBackend implements Backend {
    /// The limits of its kernels for fusions by blocks of rows.
    public static final Budget BUDGET = RowBlocks.BUDGET;

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
        Probe.Outcome.Ready ready = Probe.require(environment);
        Architecture architecture = Architecture.of(ready.architecture());
        KernelCache cache = KernelCache.of(environment);
        KernelFolder builtIn = KernelFolder.find(cache);
        KernelFolder folder = choice.kernels().map(extra -> builtIn.with(extra, cache)).orElse(builtIn);
        Variants variants = new Variants(folder, architecture, choice.variants());
        Images images = new Images(folder, architecture, Packed.find(), environment);
        if (ready.simulated() && !choice.vendor().isEmpty()) {
            SimtDriver.loadVendor(environment);
        }
        CudaChoice streamed = choice.vendor().isEmpty() ? choice : choice.withReplay(CudaChoice.Replay.STREAM);
        Driver driver = new Driver();
        try {
            VendorParts vendor = VendorParts.open(choice.vendor(), driver);
            return new CudaBackend(ready.device(), new Engine(driver, new KernelLibrary(driver, variants, images), streamed, vendor, !ready.simulated()));
        } catch (RuntimeException e) {
            driver.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public String device() {
        return engine.choice().vendor().isEmpty() ? device : device + ", " + engine.vendor().text();
    }

    @Override
    public boolean timed() {
        return engine.timed();
    }

    /// The highest rates of the device, measured now over `bytes` of memory; on the SIMT device they mean nothing.
    ///
    /// @throws BackendUnavailableException if this machine has no compiler for the two loops
    public DeviceRoofs roofs(long bytes) {
        synchronized (engine.driver()) {
            engine.driver().enter();
            return DeviceRoofs.measure(engine, bytes);
        }
    }

    @Override
    public List<String> variants(String op) {
        return engine.library().variants(op);
    }

    /// The rules of the highest fusion level that it can run: layer, or epilogue with vendor parts.
    @Override
    public Fusion fusion() {
        return fusion(engine.choice().vendor().isEmpty() ? highestLevel() : FusionLevel.EPILOGUE);
    }

    @Override
    public Fusion fusion(FusionLevel level) {
        return VendorFusion.of(engine.choice(), level).within(BUDGET);
    }

    @Override
    public List<String> notes() {
        return engine.choice().vendor().isEmpty() ? List.of()
                : List.of(engine.vendor().text() + ": their arguments change from step to step, so steps are launched one by one and never replayed from a graph");
    }

    /// @throws BackendUnavailableException if the device has too little memory, or `plan` fuses calls that a vendor part is to run
    @Override
    public CudaExecutable load(Plan plan, Feed feed) {
        plan.calls().forEach(RowBlocks::check);
        return CudaExecutable.load(engine, plan, feed, Optional.empty());
    }

    /// Bytes of device memory that executables hold.
    public long allocatedBytes() {
        return engine.driver().allocatedBytes();
    }

    /// Also closes the executables that are still open.
    @Override
    public void close() {
        Driver driver = engine.driver();
        synchronized (driver) {
            if (driver.closed()) {
                return;
            }
            driver.enterToClose();
            engine.close();
        }
    }
}
