package dev.fusedvae.lab;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The table of a contest in Markdown: us, every peer, and the ratio to the fastest of them, turn by turn.
public final class PeerTable {
    /// Our name among the contestants.
    public static final String OURS = "fusedvae";

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

    /// The fastest peer of `row` by its median; empty if none ran or their numbers were not shown to be ours.
    public static Optional<BenchResults.Series> fastest(BenchResults.Row row) {
        return row.series().stream().filter(s -> !s.who().equals(OURS) && s.samples().isPresent())
                .min(Comparator.comparingDouble(s -> s.samples().orElseThrow().median()));
    }

    private static String ratio(BenchResults.Row row) {
        if (row.facts().containsKey("noRatio")) {
            return "none: " + row.facts().get("noRatio");
        }
        Optional<Samples> ours = row.of(OURS);
        Optional<BenchResults.Series> peer = fastest(row);
        if (ours.isEmpty() || peer.isEmpty()) {
            return "–";
        }
        Samples ratio = ours.get().ratio(peer.get().samples().orElseThrow());
        return String.format(Locale.ROOT, "**%.2f** (%.2f–%.2f)", ratio.median(), ratio.min(), ratio.max());
    }
}
