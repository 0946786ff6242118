package dev.fusedvae.cli;

import dev.fusedvae.io.AtomicFile;
import dev.fusedvae.tensors.NpyWriter;
import java.io.BufferedWriter;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Rows of numbers as a file: CSV with a header, or NPY float32; the extension decides.
final class ArrayFile {
    private ArrayFile() {}

    static boolean is(Path file) {
        return hasExtension(file, ".csv") || hasExtension(file, ".npy");
    }

    static boolean hasExtension(Path file, String extension) {
        return file.getFileName() != null && file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(extension);
    }

    /// Refuses a name that does not say CSV or NPY.
    static Path require(Path file) {
        UsageException.require(is(file), "--out must end in .csv or .npy, got %s", file);
        return file;
    }

    static void write(Path file, List<String> header, float[][] rows) {
        if (hasExtension(file, ".npy")) {
            NpyWriter.write(file, rows);
            return;
        }
        AtomicFile.write(file, out -> {
            BufferedWriter text = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
            for (String line : (Iterable<String>) lines(header, rows)::iterator) {
                text.write(line);
                text.write('\n');
            }
            text.flush();
        });
    }

    /// The lines of a CSV file, made one by one.
    static Stream<String> lines(List<String> header, float[][] rows) {
        return Stream.concat(Stream.of(String.join(",", header)), Arrays.stream(rows).map(row -> {
            StringBuilder line = new StringBuilder();
            for (int j = 0; j < row.length; j++) {
                line.append(j == 0 ? "" : ",").append(row[j]);
            }
            return line.toString();
        }));
    }

    /// `mu.0, mu.1, …`
    static List<String> names(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + "." + i).toList();
    }
}
