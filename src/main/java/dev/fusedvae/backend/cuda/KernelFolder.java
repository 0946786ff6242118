package dev.fusedvae.backend.cuda;

import dev.fusedvae.backend.BackendUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The folder `kernels/`: one folder an op, one file a variant, headers in `common/`.
record KernelFolder(Path root) {
    /// The system property that names the folder.
    static final String PROPERTY = "fvae.kernels";

    /// The folder that [#PROPERTY] names, else that of the source tree this class was built from.
    ///
    /// @throws BackendUnavailableException if there is none
    static KernelFolder find() {
        String named = System.getProperty(PROPERTY, "");
        if (!named.isEmpty()) {
            Path folder = Path.of(named);
            if (!holdsKernels(folder)) {
                throw new BackendUnavailableException("-D" + PROPERTY + "=" + named + " is no folder of kernels: it has no common/args.cuh");
            }
            return new KernelFolder(folder.toAbsolutePath().normalize());
        }
        return sourceTree().map(KernelFolder::new).orElseThrow(() -> new BackendUnavailableException(
                "the sources of the CUDA kernels were not found; run from a source tree, or name its folder by -D" + PROPERTY + "=DIR"));
    }

    private static Optional<Path> sourceTree() {
        try {
            Path code = Path.of(KernelFolder.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            for (Path at = code; at != null; at = at.getParent()) {
                if (holdsKernels(at.resolve("kernels"))) {
                    return Optional.of(at.resolve("kernels"));
                }
            }
            return Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private static boolean holdsKernels(Path folder) {
        return Files.isRegularFile(folder.resolve("common/args.cuh"));
    }

    /// Folders of ops, by name.
    List<String> ops() {
        return list(root).stream().filter(folder -> list(folder).stream().anyMatch(KernelFolder::isVariant))
                .map(folder -> folder.getFileName().toString()).toList();
    }

    /// The variants of an op, lowest number first; empty for an op without a folder.
    List<Path> variants(String op) {
        return list(root.resolve(op)).stream().filter(KernelFolder::isVariant)
                .sorted(Comparator.comparingInt(KernelFolder::number)).toList();
    }

    private static boolean isVariant(Path file) {
        return file.getFileName().toString().matches("[0-9]+_\\w+\\.cu");
    }

    static int number(Path variant) {
        String name = variant.getFileName().toString();
        return Integer.parseInt(name.substring(0, name.indexOf('_')));
    }

    /// Headers that a kernel of `op` may include; those of the SIMT device only where it compiles for that.
    List<Path> headers(String op, boolean simt) {
        Stream<Path> own = Stream.concat(list(root.resolve("common")).stream(), list(root.resolve(op)).stream());
        return Stream.concat(own, simt ? list(root.resolve("simt")).stream() : Stream.empty())
                .filter(f -> f.toString().endsWith(".cuh") || f.toString().endsWith(".hpp")).sorted().toList();
    }

    private static List<Path> list(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }
}
