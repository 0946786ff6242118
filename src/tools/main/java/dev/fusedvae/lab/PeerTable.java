package dev.fusedvae.lab;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The table of a contest in Markdown: us, every peer, and the ratio to the fastest of them, turn by turn.
///
/// The ratio is the median over turns of a peer's time divided by ours in the same turn, beside the quartiles of the turns;
/// the fastest peer is the one with the smallest such median. A ratio is a claim, and bold, only if there are
/// [Comparison#FEWEST] turns, both quartiles lie on one side of 1, and it and the ratio of the medians that stand in the row
/// are both beyond [Comparison#NOISE] on that side. A ratio within that noise is called *level*, every other one that is no claim
/// *unclear*. [#RULE] says so below a table.
public final class PeerTable {
    /// Our name among the contestants.
    public static final String OURS = "fusedvae";

    /// What the last column means, for readers of a table; its figures are [Comparison#NOISE] and [Comparison#FEWEST].
    public static final String RULE = "The last column is the median over turns of the fastest peer's time divided by ours in the same turn, with the quartiles"
            + " of the turns; the fastest peer is the one with the smallest such median. It is bold where there are three turns or more, both quartiles"
            + " lie on one side of 1, and it and the ratio of the row's two medians are beyond a factor of 1.06 on that side. A ratio within that factor of 1 is called level, every other one that is not bold is called unclear.";

    private PeerTable() {}

    public static List<String> markdown(BenchResults results) {
        List<String> peers = results.rows().stream().flatMap(r -> r.series().stream()).map(BenchResults.Series::who)
                .filter(w -> !w.equals(OURS)).distinct().toList();
        List<String> lines = new ArrayList<>();
        lines.add("| | FusedVAE | " + String.join(" | ", peers) + " | fastest peer ÷ ours |");
        lines.add("|---" + "|---:".repeat(peers.size() + 2) + "|");
        for (BenchResults.Row row : results.rows()) {
            StringBuilder line = new StringBuilder("| " + row.name() + " | ");
            line.append(row.of(OURS).map(s -> time(s, row.unit())).orElse("–"));
            peers.forEach(p -> line.append(" | ").append(row.of(p).map(s -> time(s, row.unit())).orElse("–")));
            lines.add(line.append(" | ").append(ratio(row)).append(" |").toString());
        }
        return lines;
    }

    private static String time(Samples samples, String unit) {
        double median = samples.median();
        return String.format(Locale.ROOT, median < 0.1 ? "%.4f %s" : median < 10 ? "%.2f %s" : "%.1f %s", median, unit);
    }

    /// The fastest peer of `row`, by the median over turns of its time divided by ours; empty if none ran beside us.
    public static Optional<BenchResults.Series> fastest(BenchResults.Row row) {
        return row.of(OURS).flatMap(ours -> row.series().stream().filter(s -> !s.who().equals(OURS) && s.samples().isPresent())
                .min(Comparator.comparingDouble(s -> ours.ratio(s.samples().orElseThrow()).median())));
    }

    /// The last column: the ratio to the fastest peer with its quartiles, or why there is none.
    static String ratio(BenchResults.Row row) {
        if (row.facts().containsKey("noRatio")) {
            return "none: " + row.facts().get("noRatio");
        }
        return fastest(row).map(peer -> ratio(row.of(OURS).orElseThrow(), peer.samples().orElseThrow())).orElse("–");
    }

    private static String ratio(Samples ours, Samples peer) {
        Samples ratio = ours.ratio(peer);
        double low = ratio.quantile(0.25);
        double high = ratio.quantile(0.75);
        int side = side(ratio.median());
        if (side == 0) {
            return String.format(Locale.ROOT, "level (%.2f; %.2f–%.2f)", ratio.median(), low, high);
        }
        boolean agreed = ratio.values().size() >= Comparison.FEWEST && (side > 0 ? low > 1 : high < 1) && side(peer.median() / ours.median()) == side;
        return String.format(Locale.ROOT, agreed ? "**%.2f** (%.2f–%.2f)" : "unclear (%.2f; %.2f–%.2f)", ratio.median(), low, high);
    }

    /// On which side of 1 a ratio lies, 0 within the noise.
    private static int side(double ratio) {
        return Math.abs(Math.log(ratio)) > Math.log1p(Comparison.NOISE) ? (int) Math.signum(ratio - 1) : 0;
    }
}
