package dev.fusedvae.backend.cuda;

import dev.fusedvae.GpuTest;
import dev.fusedvae.backend.cuda.driver.Probe;
import dev.fusedvae.run.CudaChoice;
import java.util.HashMap;
import java.util.Map;

/// The device that a test of the CUDA backend runs on: the SIMT device, or a GPU if `FVAE_CUDA` is unset in the process. An empty
/// subclass with [GpuTest] makes a test class for GPUs from one that uses this class.
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

    /// Opens it as `choice` says. A test that runs on the SIMT device is skipped if the machine cannot build it.
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

    /// The answer is the same for all tests of a run, because a process uses one driver only.
    private static boolean onGpu() {
        return switch (GpuTest.Wish.current()) {
            case REQUIRED -> true;
            case REHEARSE -> false;
            case IF_PRESENT -> System.getenv().getOrDefault(Probe.VARIABLE, "").isBlank() && Probe.of(System.getenv()) instanceof Probe.Outcome.Ready;
        };
    }
}
