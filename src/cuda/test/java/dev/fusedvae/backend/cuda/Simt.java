package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.CudaChoice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// The CUDA backend on the SIMT device, where this machine can build it.
final class Simt {
    /// The environment of the tests, with compiled kernels kept under `target/`.
    static final Map<String, String> ENVIRONMENT = environment();

    /// [#ENVIRONMENT] for a device and kernels with sanitizers; what is built with these very options is built once.
    static final Map<String, String> SANITIZED = sanitized();

    private Simt() {}

    private static Map<String, String> environment() {
        Map<String, String> all = new HashMap<>(System.getenv());
        all.put(Probe.VARIABLE, "simt");
        all.put("XDG_CACHE_HOME", Path.of("target", "cache").toAbsolutePath().toString());
        return Map.copyOf(all);
    }

    private static Map<String, String> sanitized() {
        Map<String, String> all = new HashMap<>(ENVIRONMENT);
        all.put(SimtDriver.FLAGS, "-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined");
        return Map.copyOf(all);
    }

    /// Brings what build.sh made for `environment`, objects and libraries, to `to`: build.sh finds them up to date there.
    static void copyDevice(Map<String, String> environment, Path to) throws IOException {
        Path built = SimtDriver.build(Kernels.TREE, Tool.find("g++", environment).orElseThrow(), environment).getParent();
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(built)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(file.getFileName());
                if (!Files.exists(copy) || !Files.getLastModifiedTime(copy).equals(Files.getLastModifiedTime(file))) {
                    Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
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
