package dev.fusedvae.bench;

import dev.fusedvae.lab.Conditions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;

/// Places for results.
final class Outputs {
    private Outputs() {}

    /// The source tree, as the launcher says.
    static Path root() {
        return Path.of(System.getProperty("fvae.root", ""));
    }

    /// `bench/results/DATE-MACHINE-what.json` of the source tree.
    static Path results(String what) {
        return root().resolve("bench").resolve("results").resolve(machine() + "-" + what + ".json");
    }

    /// `2026-11-21-amd-epyc-2core`: the front of a results file's name.
    private static String machine() {
        String slug = Conditions.processor().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        return LocalDate.now(ZoneOffset.UTC) + "-" + slug + "-" + Runtime.getRuntime().availableProcessors() + "core";
    }

    /// Refuses a place that cannot be written, before anything is measured.
    static void require(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException(file + " is a folder; name a file by --out");
        }
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
