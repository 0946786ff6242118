package dev.fusedvae.backend.cuda;

import dev.fusedvae.GpuTest;
import dev.fusedvae.backend.cuda.driver.Probe;
import dev.fusedvae.run.CudaChoice;
import java.util.HashMap;
import java.util.Map;

/// The device that a test of the CUDA backend runs on: the SIMT device, or the GPU of a process whose `FVAE_CUDA` is
/// unset. A test class written for it becomes one for GPUs by an empty subclass with [GpuTest].
final class DeviceUnderTest {
    private DeviceUnderTest() {}

    /// The environment to open the backend with.
    static Map<String, String> environment() {
        if (onGpu()) {
            Map<String, String> all = new HashMap<>(System.getenv());
            all.put("XDG_CACHE_HOME", Simt.ENVIRONMENT.get("XDG_CACHE_HOME"));
            return Map.copyOf(all);
        }
        return Simt.ENVIRONMENT;
    }

    /// Opens it as `choice` says; without a GPU the test is skipped only where the SIMT device cannot be built.
    static CudaBackend open(CudaChoice choice) {
        if (!onGpu()) {
            Simt.require();
        }
        return CudaBackend.open(environment(), choice);
    }

    /// [#open(CudaChoice)] with JCuda, graphs and own kernels.
    static CudaBackend open() {
        return open(CudaChoice.DEFAULT);
    }

    /// A driver is a choice per process, so this is one answer for all tests of a run.
    private static boolean onGpu() {
        return switch (GpuTest.Wish.current()) {
            case REQUIRED -> true;
            case REHEARSE -> false;
            case IF_PRESENT -> System.getenv().getOrDefault(Probe.VARIABLE, "").isBlank() && Probe.of(System.getenv()) instanceof Probe.Outcome.Ready;
        };
    }
}
