package dev.fusedvae.bench.gpu;

import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.Conditions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A results file that grows: written anew after every row, so that what is there survives a time limit.
final class Results {
    private final Path file;
    private final String what;
    private final Map<String, String> environment;
    private final List<BenchResults.Row> rows = new ArrayList<>();

    /// @param device what runs our side, in words
    Results(String file, String what, String device) {
        this.file = Path.of(file);
        this.what = what;
        environment = Conditions.of(device, Path.of(""));
    }

    /// Adds a fact about where and how all rows are measured.
    void note(String key, String value) {
        environment.put(key, value);
    }

    void add(BenchResults.Row row) {
        rows.add(row);
        new BenchResults(what, environment, rows).write(file);
    }

    /// Ends the process; with 1 if a contestant has no samples, and each of those is named.
    void end() {
        int failures = 0;
        for (BenchResults.Row row : rows) {
            for (BenchResults.Series series : row.series()) {
                if (series.samples().isEmpty()) {
                    failures++;
                    System.out.println("FAILED " + row.name() + ", " + series.who() + ": " + series.ran());
                }
            }
        }
        System.exit(failures == 0 && !rows.isEmpty() ? 0 : 1);
    }
}
