package dev.fusedvae.backend.cuda.kernels;

import dev.fusedvae.run.BackendUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The folder `kernels/`: one folder per op, one file per variant, headers in `common/`.
public record KernelFolder(Path root) {
    /// The system property that names the folder.
    public static final String PROPERTY = "fvae.kernels";

    /// The folder that [#PROPERTY] names, else that of the source tree from which this class was built, else the sources in the jar of
    /// this class, unpacked to `cache`.
    ///
    /// @throws BackendUnavailableException if there is none
    public static KernelFolder find(KernelCache cache) {
        String named = System.getProperty(PROPERTY, "");
        if (!named.isEmpty()) {
            Path folder = Path.of(named);
            if (!holdsKernels(folder)) {
                throw new BackendUnavailableException("-D" + PROPERTY + "=" + named + " is no folder of kernels: it has no common/args.cuh");
            }
            return new KernelFolder(folder.toAbsolutePath().normalize());
        }
        return sourceTree().or(() -> Packed.find().unpacked(cache)).map(KernelFolder::new).orElseThrow(() -> new BackendUnavailableException(
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

    /// The ops that have a folder, sorted by name.
    public List<String> ops() {
        return list(root).stream().filter(folder -> list(folder).stream().anyMatch(KernelFolder::isVariant))
                .map(folder -> folder.getFileName().toString()).toList();
    }

    /// The variants of an op, lowest number first; empty for an op without a folder.
    public List<Path> variants(String op) {
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

    /// A copy in `cache` of this folder and of `extra`, a folder with the same layout; so the kernels of both find the headers of
    /// both.
    ///
    /// @throws IllegalArgumentException if `extra` has no variants, or a file that this folder has too
    public KernelFolder with(Path extra, KernelCache cache) {
        KernelFolder other = new KernelFolder(extra.toAbsolutePath().normalize());
        if (other.ops().isEmpty()) {
            throw new IllegalArgumentException(extra + " holds no kernels; it must have files such as linear_bias_act/5_mine.cu");
        }
        other.ops().forEach(op -> refuseTwins(op, other));
        List<String> texts = new ArrayList<>();
        List<Path> files = new ArrayList<>();
        for (KernelFolder from : List.of(this, other)) {
            for (String path : Packed.sources(from.root)) {
                texts.add(path);
                files.add(from.root.resolve(path));
            }
        }
        return new KernelFolder(cache.get("kernels-" + KernelCache.key(texts, files), to -> copy(texts, files, to)));
    }

    private void refuseTwins(String op, KernelFolder other) {
        if (variants(op).isEmpty()) {
            throw new IllegalArgumentException(other.root + " has variants of " + op + ", which is no op; the ops are "
                    + String.join(", ", ops()));
        }
        for (Path mine : variants(op)) {
            other.variants(op).stream().filter(v -> number(v) == number(mine)).findFirst().ifPresent(v -> {
                throw new IllegalArgumentException("the number of " + v + " is that of the built-in " + mine.getFileName()
                        + "; give it another, above " + number(variants(op).getLast()) + " if it is to be taken first");
            });
        }
    }

    private static void copy(List<String> paths, List<Path> files, Path to) {
        for (int i = 0; i < files.size(); i++) {
            try {
                Path file = to.resolve(paths.get(i));
                if (Files.exists(file)) {
                    throw new IllegalArgumentException(files.get(i) + " has the name of a built-in file; give it another");
                }
                Files.createDirectories(file.getParent());
                Files.copy(files.get(i), file);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot copy " + files.get(i) + " to " + to, e);
            }
        }
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
