package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.CudaChoice;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/// The CUDA backend on the SIMT device, where this machine can build it.
final class Simt {
    /// The environment of the tests, with compiled kernels kept under `target/`.
    static final Map<String, String> ENVIRONMENT = environment();

    private Simt() {}

    private static Map<String, String> environment() {
        Map<String, String> all = new HashMap<>(System.getenv());
        all.put(Probe.VARIABLE, "simt");
        all.put("XDG_CACHE_HOME", Path.of("target", "cache").toAbsolutePath().toString());
        return Map.copyOf(all);
    }

    /// Opens it; the test is skipped with its reason where g++ or JCuda's natives are missing, and fails for any other.
    static CudaBackend open() {
        return open(CudaChoice.DEFAULT);
    }

    /// [#open()] to run as `choice` says.
    static CudaBackend open(CudaChoice choice) {
        require();
        return CudaBackend.open(ENVIRONMENT, choice);
    }

    /// Skips the test with its reason where the device cannot be built.
    static void require() {
        Assumptions.assumeTrue(Tool.find("g++", ENVIRONMENT).isPresent(), "skipped: the SIMT device needs g++");
        Assumptions.assumeTrue(System.getProperty("os.name").equals("Linux") && System.getProperty("os.arch").equals("amd64"),
                "skipped: JCuda has natives for linux on x86-64 only");
    }
}
