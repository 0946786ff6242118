package dev.fusedvae.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Places for results.
final class Outputs {
    private Outputs() {}

    /// The source tree, as the launcher says.
    static Path root() {
        return Path.of(System.getProperty("fvae.root", ""));
    }

    /// `bench/results/DATE-MACHINE-what.json` of the source tree.
    static Path results(String what) {
        return root().resolve("bench").resolve("results").resolve(Machine.fileName() + "-" + what + ".json");
    }

    /// Refuses a place that cannot be written, before anything is measured.
    static void require(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new IOException("cannot make the results folder " + folder + "; name another file by --out", e);
        }
        if (!Files.isWritable(folder)) {
            throw new IOException("the results folder " + folder + " cannot be written to; name another file by --out");
        }
    }
}
