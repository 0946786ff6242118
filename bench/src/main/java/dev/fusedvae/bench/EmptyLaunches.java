package dev.fusedvae.bench;

import dev.fusedvae.backend.cuda.driver.DeviceBlock;
import dev.fusedvae.backend.cuda.driver.Driver;
import dev.fusedvae.backend.cuda.driver.FfmLauncher;
import dev.fusedvae.backend.cuda.driver.JCudaLauncher;
import dev.fusedvae.backend.cuda.driver.KernelLibrary;
import dev.fusedvae.backend.cuda.driver.Launcher;
import dev.fusedvae.backend.cuda.driver.Probe;
import dev.fusedvae.backend.cuda.kernels.Architecture;
import dev.fusedvae.backend.cuda.kernels.Grid;
import dev.fusedvae.backend.cuda.kernels.Images;
import dev.fusedvae.backend.cuda.kernels.KernelCache;
import dev.fusedvae.backend.cuda.kernels.KernelFolder;
import dev.fusedvae.backend.cuda.kernels.KernelSource;
import dev.fusedvae.backend.cuda.kernels.Packed;
import dev.fusedvae.backend.cuda.kernels.Variants;
import dev.fusedvae.run.CudaChoice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;

/// Launches of a kernel that has nothing to do, through the launchers that training uses.
///
/// The kernel is `add` on a batch whose step record says 0 rows: one block that reads the record and ends.
public final class EmptyLaunches implements AutoCloseable {
    private static final String OP = "add";
    /// Larger than the argument struct of `add` and than a step record.
    private static final int BYTES = 256;

    private final Arena arena = Arena.ofShared();
    private final Driver driver;
    private final KernelLibrary library;
    private final DeviceBlock zeros;
    private final Launcher.Launch launch;

    /// Opens the driver that `environment` chooses.
    ///
    /// @throws dev.fusedvae.run.BackendUnavailableException if there is none
    public EmptyLaunches(Map<String, String> environment, CudaChoice.Launcher kind) {
        Architecture architecture = Architecture.of(Probe.require(environment).architecture());
        KernelFolder folder = KernelFolder.find(KernelCache.of(environment));
        Variants variants = new Variants(folder, architecture, Map.of());
        driver = new Driver();
        library = new KernelLibrary(driver, variants, new Images(folder, architecture, Packed.find(), environment));
        KernelSource.Variant variant = variants.of(OP).getFirst();
        KernelLibrary.Kernel kernel = library.load(List.of(variant)).get(variant.name());
        zeros = DeviceBlock.zeros(driver, BYTES);
        MemorySegment args = arena.allocate(BYTES, 8);
        for (int pointer = 0; pointer < 5; pointer++) { // step table, base word, a, b, out; then zeros: no columns either
            args.set(ValueLayout.JAVA_LONG, 8L * pointer, zeros.address());
        }
        Launcher launcher = switch (kind) {
            case JCUDA -> new JCudaLauncher(driver);
            case FFM -> new FfmLauncher(driver, arena);
        };
        launch = launcher.prepare(kernel, new Grid(1, 1, 256, 0), args, arena);
        driver.synchronize();
    }

    /// Enqueues so many launches and returns.
    public void enqueue(int count) {
        driver.enter();
        for (int i = 0; i < count; i++) {
            launch.enqueue();
        }
    }

    /// Waits for all of them.
    public void synchronize() {
        driver.enter();
        driver.synchronize();
    }

    @Override
    public void close() {
        driver.enterToClose();
        try (arena; driver) {
            zeros.close();
            library.close();
        }
    }
}
