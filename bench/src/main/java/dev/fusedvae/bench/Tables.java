package dev.fusedvae.bench;

import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.Comparison;
import dev.fusedvae.lab.PeerTable;
import dev.fusedvae.lab.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Results for people, in Markdown.
final class Tables {
    private Tables() {}

    /// Rows of one contestant: median, minimum, spread, what was allocated, what ran.
    static List<String> rows(BenchResults results) {
        List<String> lines = new ArrayList<>(List.of("| | median | min | spread | allocates | ran |", "|---|---:|---:|---:|---|---|"));
        for (BenchResults.Row row : results.rows()) {
            for (BenchResults.Series series : row.series()) {
                lines.add("| " + row.name() + " | " + series.samples().map(s -> cells(s, row.unit())).orElse("– | – | –")
                        + " | " + row.facts().getOrDefault(Harness.VERDICT, "–") + " | " + series.ran() + " |");
            }
        }
        return lines;
    }

    /// What is said below the rows of a contest: the rules, then everyone's median, minimum and spread, or why there is none.
    static List<String> contest(BenchResults results) {
        List<String> lines = new ArrayList<>(List.of("", PeersCommand.RULES, PeerTable.RULE, "", "| | who | median | min | spread | ran |", "|---|---|---:|---:|---:|---|"));
        for (BenchResults.Row row : results.rows()) {
            for (BenchResults.Series series : row.series()) {
                lines.add("| " + row.name() + " | " + series.who() + " | " + series.samples().map(s -> cells(s, row.unit())).orElse("– | – | –") + " | " + series.ran() + " |");
            }
        }
        return lines;
    }

    private static String cells(Samples samples, String unit) {
        return String.format(Locale.ROOT, "%s %s | %s | %.1f %%", number(samples.median()), unit, number(samples.min()), 100 * samples.spread());
    }

    /// What got faster and what slower, and what cannot be said of which.
    static List<String> comparison(Comparison comparison) {
        List<String> lines = new ArrayList<>(List.of("| | who | before | after | after ÷ before | verdict |", "|---|---|---:|---:|---:|---|"));
        for (Comparison.Line line : comparison.rows()) {
            lines.add(String.format(Locale.ROOT, "| %s | %s | %s | %s | %.2f | %s |", line.name(), line.who(), number(line.first().median()),
                    number(line.second().median()), line.ratio(), line.verdict().name().toLowerCase(Locale.ROOT)));
        }
        comparison.unmatched().forEach(u -> lines.add("| " + u.name() + " | " + u.who() + " | | | | " + u.why() + " |"));
        return lines;
    }

    /// Four significant digits.
    private static String number(double value) {
        int digits = (int) Math.clamp(3 - Math.floor(Math.log10(value)), 0, 6);
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
