package dev.fusedvae.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Two results files side by side: what got faster, what got slower, and where the noise allows no statement.
///
/// A difference counts if the medians differ by more than [#NOISE], the middle halves of the samples do not overlap, and
/// there are [#FEWEST] samples on either side: one sample says nothing of its noise.
///
/// @param rows       what both files measured with the same contestant in the same unit
/// @param unmatched  what has no time on the other side
/// @param stopped    whether something of ours had a time and now ends without one
public record Comparison(List<Line> rows, List<Unmatched> unmatched, boolean stopped) {
    /// On a shared machine a smaller difference is noise, even where the samples do not show it.
    public static final double NOISE = 0.06;
    /// Samples below which a difference stays unclear.
    public static final int FEWEST = 3;

    public enum Verdict { FASTER, SLOWER, SAME, UNCLEAR }

    /// @param ours  whether it is this engine, and not a peer in a row beside it
    /// @param ratio of the medians, second ÷ first
    public record Line(String name, String who, boolean ours, Samples first, Samples second, double ratio, Verdict verdict) {}

    /// A contestant of a row that cannot be compared.
    public record Unmatched(String name, String who, String why) {}

    public Comparison {
        rows = List.copyOf(rows);
        unmatched = List.copyOf(unmatched);
    }

    public static Comparison of(BenchResults first, BenchResults second) {
        List<Line> lines = new ArrayList<>();
        List<Unmatched> unmatched = new ArrayList<>();
        boolean stopped = false;
        for (BenchResults.Row row : first.rows()) {
            for (BenchResults.Series series : row.series()) {
                Optional<BenchResults.Row> other = second.row(row.name());
                Optional<BenchResults.Series> then = other.flatMap(o -> o.series(series.who()));
                if (then.isEmpty()) {
                    unmatched.add(new Unmatched(row.name(), series.who(), "in the first file only"));
                } else if (!other.orElseThrow().unit().equals(row.unit())) {
                    unmatched.add(new Unmatched(row.name(), series.who(), "in " + row.unit() + " and in " + other.get().unit()));
                } else if (series.samples().isPresent() && then.get().samples().isPresent()) {
                    lines.add(line(row, series.who(), series.samples().get(), then.get().samples().get()));
                } else {
                    boolean lost = series.samples().isPresent();
                    unmatched.add(new Unmatched(row.name(), series.who(),
                            "no time " + (lost ? "any more: " + then.get().ran() : "at first: " + series.ran())));
                    stopped |= lost && ours(row, series.who());
                }
            }
        }
        for (BenchResults.Row row : second.rows()) {
            for (BenchResults.Series series : row.series()) {
                if (first.row(row.name()).flatMap(r -> r.series(series.who())).isEmpty()) {
                    unmatched.add(new Unmatched(row.name(), series.who(), "in the second file only"));
                }
            }
        }
        return new Comparison(lines, unmatched, stopped);
    }

    private static Line line(BenchResults.Row row, String who, Samples a, Samples b) {
        double ratio = b.median() / a.median();
        boolean enough = Math.min(a.values().size(), b.values().size()) >= FEWEST;
        boolean apart = a.quantile(0.75) < b.quantile(0.25) || b.quantile(0.75) < a.quantile(0.25);
        boolean large = Math.abs(Math.log(ratio)) > Math.log1p(NOISE);
        boolean moreIsBetter = row.unit().endsWith("/s");
        Verdict verdict = !large ? Verdict.SAME : !(apart && enough) ? Verdict.UNCLEAR : ratio > 1 == moreIsBetter ? Verdict.FASTER : Verdict.SLOWER;
        return new Line(row.name(), who, ours(row, who), a, b, ratio, verdict);
    }

    /// In a contest the others are peers; elsewhere all contestants are backends or kernels of this engine, but for cuBLAS.
    private static boolean ours(BenchResults.Row row, String who) {
        return who.equals(PeerTable.OURS) || row.series(PeerTable.OURS).isEmpty() && !who.equals(Ladder.CUBLAS);
    }

    /// Whether anything of ours got clearly slower or now has no time. A slower peer does not count.
    public boolean regressed() {
        return stopped || rows.stream().anyMatch(r -> r.ours() && r.verdict() == Verdict.SLOWER);
    }
}
