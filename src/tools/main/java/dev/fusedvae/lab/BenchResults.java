package dev.fusedvae.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.io.IoFailure;
import dev.fusedvae.results.Json;
import dev.fusedvae.results.Program;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A file of measurements: what was measured on what, with every sample, so that each figure can be derived again.
///
/// @param what        `peers`, `steps`, `ablate` …
/// @param environment commit, date, machine, device, driver, JDK, flags and the like, in words
public record BenchResults(String what, Map<String, String> environment, List<Row> rows) {
    /// The value of `schema` in a file of this kind.
    public static final String SCHEMA = "fusedvae-bench/1";
    private static final List<String> REQUIRED = List.of("commit", "date", "machine", "device", "jdk");

    /// One thing that was measured for all contestants; samples at the same position were taken in the same turn.
    ///
    /// @param name what, as people call it: `train S batch 128`; the same in files that are to be compared
    /// @param unit `ms`, `GFLOP/s` …
    /// @param facts what else is known of it: sizes, losses, bytes
    public record Row(String name, String unit, List<Series> series, Map<String, String> facts) {
        public Row {
            series = List.copyOf(series);
            facts = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        }

        /// What is said of `who`.
        public Optional<Series> series(String who) {
            return series.stream().filter(s -> s.who().equals(who)).findFirst();
        }

        /// The samples of `who`, if it ran.
        public Optional<Samples> of(String who) {
            return series(who).flatMap(Series::samples);
        }
    }

    /// One contestant of a row.
    ///
    /// @param ran     what actually ran, or why nothing did
    /// @param samples empty where it did not run
    public record Series(String who, String ran, Optional<Samples> samples) {}

    public BenchResults {
        for (String key : REQUIRED) {
            if (environment.getOrDefault(key, "").isBlank()) {
                throw new IllegalArgumentException("results must say their " + key + "; put it into the environment");
            }
        }
        environment = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(environment));
        rows = List.copyOf(rows);
    }

    /// The row of that name.
    public Optional<Row> row(String name) {
        return rows.stream().filter(r -> r.name().equals(name)).findFirst();
    }

    /// Reads a file.
    ///
    /// @throws IoFailure if it is no results file of this schema
    public static BenchResults read(Path file) {
        JsonNode root = Json.read(file);
        String schema = root.path("schema").asText("none");
        if (!schema.equals(SCHEMA)) {
            throw new IoFailure(file + " has schema " + schema + ", and this program reads " + SCHEMA + "; measure again with `" + Program.name() + " bench`");
        }
        try {
            Map<String, String> environment = words(root.path("environment"));
            if (!root.path("rows").isArray()) {
                throw new IllegalArgumentException("it has no rows; write the file again");
            }
            List<Row> rows = new ArrayList<>();
            root.path("rows").forEach(row -> rows.add(row(row)));
            return new BenchResults(root.path("what").asText(), environment, rows);
        } catch (IllegalArgumentException e) {
            throw new IoFailure(file + " is damaged: " + e.getMessage(), e);
        }
    }

    private static Row row(JsonNode node) {
        List<Series> all = new ArrayList<>();
        for (JsonNode series : node.path("series")) {
            List<Double> samples = new ArrayList<>();
            series.path("samples").forEach(s -> samples.add(s.asDouble()));
            all.add(new Series(series.path("who").asText(), series.path("ran").asText(),
                    samples.isEmpty() ? Optional.empty() : Optional.of(Samples.of(samples))));
        }
        return new Row(node.path("name").asText(), node.path("unit").asText(), all, words(node.path("facts")));
    }

    private static Map<String, String> words(JsonNode node) {
        Map<String, String> words = new LinkedHashMap<>();
        node.properties().forEach(e -> words.put(e.getKey(), e.getValue().asText()));
        return words;
    }

    /// Writes the file, whole or not at all.
    public void write(Path file) {
        Json.write(file, tree());
    }

    /// What a file of it holds; medians and spreads stand beside the samples for people who read it.
    public ObjectNode tree() {
        ObjectNode root = Json.object();
        root.put("schema", SCHEMA).put("what", what);
        environment.forEach(root.putObject("environment")::put);
        ArrayNode list = root.putArray("rows");
        for (Row row : rows) {
            ObjectNode node = list.addObject().put("name", row.name()).put("unit", row.unit());
            if (!row.facts().isEmpty()) {
                row.facts().forEach(node.putObject("facts")::put);
            }
            ArrayNode series = node.putArray("series");
            for (Series s : row.series()) {
                ObjectNode one = series.addObject().put("who", s.who()).put("ran", s.ran());
                s.samples().ifPresent(values -> {
                    one.put("median", values.median()).put("min", values.min()).put("spread", values.spread());
                    ArrayNode samples = one.putArray("samples");
                    values.values().forEach(samples::add);
                });
            }
        }
        return root;
    }
}
