package dev.fusedvae.lab;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// One net and batch on equally many threads is one thing, whichever axis of a scale file it lies on: where its times
/// differ by more than [Comparison#NOISE], something disturbed the measurement, and the curves are no better than that.
public final class CommonPoints {
    /// The fact of a row that holds the sentence.
    static final String WARNING = "warning";
    /// In the words of a device: `amd64, 2 threads, 512-bit vectors`.
    private static final Pattern THREADS = Pattern.compile("(\\d+) threads?\\b");

    /// What makes two rows one point.
    private record Same(String who, String threads, String net, String batch) {}

    private record Timed(BenchResults.Row row, double median) {}

    private CommonPoints() {}

    /// A sentence for each point whose times on different axes are further apart than the noise.
    public static List<String> warnings(BenchResults results) {
        return groups(results).stream().flatMap(g -> warning(g).stream()).toList();
    }

    /// The same file with the sentence as a fact of every row concerned.
    static BenchResults marked(BenchResults results) {
        Map<String, String> found = new LinkedHashMap<>();
        groups(results).forEach(g -> warning(g).ifPresent(text -> g.forEach(t -> found.put(t.row().name(), text))));
        List<BenchResults.Row> rows = results.rows().stream().map(row -> {
            Map<String, String> facts = new LinkedHashMap<>(row.facts());
            Optional.ofNullable(found.get(row.name())).ifPresent(text -> facts.put(WARNING, text));
            return new BenchResults.Row(row.name(), row.unit(), row.series(), facts);
        }).toList();
        return new BenchResults(results.what(), results.environment(), rows);
    }

    private static Collection<List<Timed>> groups(BenchResults results) {
        Map<Same, List<Timed>> all = new LinkedHashMap<>();
        for (BenchResults.Row row : results.rows()) {
            if (row.facts().getOrDefault("kind", "").equals("scale")) {
                for (BenchResults.Series s : row.series()) {
                    s.samples().ifPresent(t -> all.computeIfAbsent(new Same(s.who(), threads(row, s), row.facts().get("net"), row.facts().get("batch")),
                            key -> new ArrayList<>()).add(new Timed(row, t.median())));
                }
            }
        }
        return all.values();
    }

    /// Where threads are the axis, they are its position: in older files every row names the device of the whole.
    private static String threads(BenchResults.Row row, BenchResults.Series series) {
        Matcher words = THREADS.matcher(series.ran());
        return row.facts().getOrDefault("axis", "").equals("threads") ? row.facts().get("at") : words.find() ? words.group(1) : "";
    }

    private static Optional<String> warning(List<Timed> group) {
        double least = group.stream().mapToDouble(Timed::median).min().orElseThrow();
        double most = group.stream().mapToDouble(Timed::median).max().orElseThrow();
        if (most / least <= 1 + Comparison.NOISE) {
            return Optional.empty();
        }
        BenchResults.Row row = group.getFirst().row();
        String times = group.stream().sorted(Comparator.comparingDouble(Timed::median))
                .map(t -> String.format(Locale.ROOT, "%.0f µs as %s", t.median(), t.row().name())).collect(Collectors.joining(" and "));
        return Optional.of(String.format(Locale.ROOT, "One step, of net %s at batch %s, takes %s: %.0f %% apart, so no curve of this file is more exact;"
                + " measure again on a quieter machine.", row.facts().get("net"), row.facts().get("batch"), times, 100 * (most / least - 1)));
    }
}
