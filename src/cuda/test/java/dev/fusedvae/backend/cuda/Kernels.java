package dev.fusedvae.backend.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/// The kernels of the source tree, and copies of them to change.
final class Kernels {
    static final KernelFolder TREE = new KernelFolder(Path.of("kernels").toAbsolutePath());
    static final Architecture SM_90 = Architecture.of("sm_90");

    private Kernels() {}

    static List<KernelSource.Variant> variants() {
        return new Variants(TREE, Architecture.SIMT, Map.of()).all();
    }

    static KernelSource.Variant variant(KernelFolder folder, String name) {
        return new Variants(folder, Architecture.SIMT, Map.of()).all().stream().filter(v -> v.name().equals(name)).findFirst().orElseThrow();
    }

    /// A copy of all sources under `to`.
    static KernelFolder copy(Path to) throws IOException {
        for (String path : Packed.sources(TREE.root())) {
            Files.createDirectories(to.resolve(path).getParent());
            Files.copy(TREE.root().resolve(path), to.resolve(path));
        }
        return new KernelFolder(to);
    }

    static void replace(Path file, String what, String by) throws IOException {
        String text = Files.readString(file);
        if (!text.contains(what)) {
            throw new AssertionError(file + " has no '" + what + "' to plant a fault in");
        }
        Files.writeString(file, text.replace(what, by));
    }

    /// Skips the test with a printed reason unless nvcc is here.
    static void needNvcc(String what) {
        need(Tool.find("nvcc", System.getenv()), what + " needs nvcc");
    }

    static <T> T need(Optional<T> found, String what) {
        if (found.isEmpty()) {
            System.out.println("skipped: " + what);
        }
        Assumptions.assumeTrue(found.isPresent(), "skipped: " + what);
        return found.orElseThrow();
    }
}
