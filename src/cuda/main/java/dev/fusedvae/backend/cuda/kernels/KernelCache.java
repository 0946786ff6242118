package dev.fusedvae.backend.cuda.kernels;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The cache of compiled files, in `$XDG_CACHE_HOME/fusedvae/kernels`; their names contain a digest of everything that determines them.
///
/// Several processes may use it at the same time: a file appears complete or not at all.
public record KernelCache(Path folder) {

    public static KernelCache of(Map<String, String> environment) {
        Path caches = Optional.ofNullable(environment.get("XDG_CACHE_HOME")).filter(v -> !v.isBlank()).map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"));
        return new KernelCache(caches.resolve("fusedvae").resolve("kernels"));
    }

    /// A digest of texts, and of the names and contents of files.
    public static String key(List<String> texts, List<Path> files) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String text : texts) {
                digest.update(text.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            for (Path file : files) {
                digest.update(file.getFileName().toString().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
                digest.update(Files.readAllBytes(file));
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read a kernel source", e);
        }
    }

    /// Whether the cache has the file or folder `name`.
    boolean has(String name) {
        return Files.exists(folder.resolve(name));
    }

    /// The newest file whose name starts with `stem`.
    Optional<Path> startingWith(String stem) {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().startsWith(stem)).max(Comparator.comparing(f -> f.toFile().lastModified()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }

    /// Makes a file or folder.
    @FunctionalInterface
    public interface Maker {
        /// Writes to `path`, which does not exist yet.
        void make(Path path);
    }

    /// The file or folder `name`; it is made now if the cache does not have it.
    public Path get(String name, Maker maker) {
        Path there = folder.resolve(name);
        if (Files.exists(there)) {
            return there;
        }
        try {
            Files.createDirectories(folder);
            Path work = Files.createTempDirectory(folder, "new-");
            Path made = work.resolve(name);
            try {
                maker.make(made);
                Files.move(made, there, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                if (!Files.exists(there)) { // else another process was faster
                    throw e;
                }
            } finally {
                remove(work);
            }
            return there;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the cache of compiled kernels " + folder
                    + "; set XDG_CACHE_HOME to a folder that can be written to", e);
        }
    }

    /// Removes a folder with its content, if it exists.
    public static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
