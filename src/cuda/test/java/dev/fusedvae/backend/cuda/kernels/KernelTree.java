package dev.fusedvae.backend.cuda.kernels;

import dev.fusedvae.backend.cuda.CudaBackend;
import dev.fusedvae.backend.cuda.Simt;
import dev.fusedvae.run.CudaChoice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A copy of `kernels/` in which tests select variants and plant faults.
public record KernelTree(Path root) {
    public static final Path ORIGINAL = Path.of("kernels").toAbsolutePath();

    /// A replacement of one text in a header of `common/`.
    public record Mutant(String header, String from, String to) {}

    /// A copy in a new folder under `parent`. Of each op in `variants` it has only that variant, without its takes line.
    public static KernelTree only(Path parent, Map<String, String> variants) {
        try (Stream<Path> files = Files.walk(ORIGINAL)) {
            Path root = Files.createTempDirectory(parent, "kernels");
            for (Path from : files.filter(Files::isRegularFile).toList()) {
                Path to = root.resolve(ORIGINAL.relativize(from));
                Files.createDirectories(to.getParent());
                String wanted = variants.get(from.getParent().getFileName().toString());
                if (wanted == null || !from.toString().endsWith(".cu")) {
                    Files.copy(from, to);
                } else if (from.getFileName().toString().equals(wanted + ".cu")) {
                    Files.writeString(to, Files.readString(from).replaceFirst("(?m)^// takes .*\n", ""));
                }
            }
            return new KernelTree(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The same with a fault in a header of the kernels of `op`; other ops keep the original header and their compiled kernels.
    public KernelTree mutated(String op, Mutant mutant) {
        try {
            String header = Files.readString(root.resolve("common").resolve(mutant.header()));
            if (!header.contains(mutant.from())) {
                throw new IllegalArgumentException(mutant.header() + " has no '" + mutant.from() + "'");
            }
            Files.writeString(root.resolve(op).resolve("mutant.cuh"), header.replace(mutant.from(), mutant.to()));
            List<Path> kernels = new KernelFolder(root).variants(op);
            for (Path kernel : kernels) {
                Files.writeString(kernel, Files.readString(kernel).replace("../common/" + mutant.header(), "mutant.cuh"));
            }
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The SIMT device with these kernels.
    public CudaBackend open() {
        String before = System.getProperty(KernelFolder.PROPERTY, "");
        System.setProperty(KernelFolder.PROPERTY, root.toString());
        try {
            return Simt.open(CudaChoice.DEFAULT);
        } finally {
            System.setProperty(KernelFolder.PROPERTY, before);
        }
    }
}
