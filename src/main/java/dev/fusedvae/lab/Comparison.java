package dev.fusedvae.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Two results files side by side: what got faster, what slower, and what the noise does not let anyone say.
///
/// A difference counts if the medians differ by more than [#NOISE] and the middle halves of the samples do not overlap.
///
/// @param rows     what both files measured with the same contestant
/// @param unshared rows or contestants of one file only
public record Comparison(List<Line> rows, List<String> unshared) {
    /// On a shared machine less than this is noise, whatever the samples say.
    public static final double NOISE = 0.06;

    public enum Verdict { FASTER, SLOWER, SAME, UNCLEAR }

    /// @param ratio of the medians, second ÷ first
    public record Line(String name, String who, Samples first, Samples second, double ratio, Verdict verdict) {}

    public Comparison {
        rows = List.copyOf(rows);
        unshared = List.copyOf(unshared);
    }

    public static Comparison of(BenchResults first, BenchResults second) {
        List<Line> lines = new ArrayList<>();
        List<String> unshared = new ArrayList<>();
        for (BenchResults.Row row : first.rows()) {
            Optional<BenchResults.Row> other = second.row(row.name());
            for (BenchResults.Series series : row.series()) {
                Optional<Samples> then = other.flatMap(o -> o.of(series.who()));
                if (series.samples().isPresent() && then.isPresent()) {
                    lines.add(line(row, series.who(), series.samples().get(), then.get()));
                } else {
                    unshared.add(row.name() + ", " + series.who());
                }
            }
        }
        for (BenchResults.Row row : second.rows()) {
            for (BenchResults.Series series : row.series()) {
                if (first.row(row.name()).stream().noneMatch(r -> r.series().stream().anyMatch(s -> s.who().equals(series.who())))) {
                    unshared.add(row.name() + ", " + series.who());
                }
            }
        }
        return new Comparison(lines, unshared);
    }

    private static Line line(BenchResults.Row row, String who, Samples a, Samples b) {
        double ratio = b.median() / a.median();
        boolean apart = a.quantile(0.75) < b.quantile(0.25) || b.quantile(0.75) < a.quantile(0.25);
        boolean large = Math.abs(Math.log(ratio)) > Math.log1p(NOISE);
        boolean moreIsBetter = row.unit().endsWith("/s");
        Verdict verdict = !large ? Verdict.SAME : !apart ? Verdict.UNCLEAR : ratio > 1 == moreIsBetter ? Verdict.FASTER : Verdict.SLOWER;
        return new Line(row.name(), who, a, b, ratio, verdict);
    }

    /// Whether anything got slower beyond doubt.
    public boolean regressed() {
        return rows.stream().anyMatch(r -> r.verdict() == Verdict.SLOWER);
    }
}
