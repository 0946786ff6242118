package dev.fusedvae.lab;

import dev.fusedvae.io.IoFailure;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Single figures inside a sentence: `KIND | ROW | WHAT` or `KIND | ROW | WHAT | WHO`, as [ReadmePages] marks them.
///
/// | WHAT | prints |
/// |---|---|
/// | `time` | the median of WHO (by default the engine) with its unit, in three digits |
/// | `ratio` | the fastest peer's time divided by ours, median of the turns |
/// | `fixed`, `each`, `worst` | of the line through the points of axis ROW of a scale: µs, µs per unit, the largest distance in per cent |
/// | `link` | a link to the file, with ROW as its text |
/// | anything else | the fact of that name that the row states |
final class ReadmeValues {
    private final ReadmeFiles files;

    ReadmeValues(ReadmeFiles files) {
        this.files = files;
    }

    /// The text of one figure.
    ///
    /// @throws IoFailure if there is no such file, row or contestant
    String text(String mark) {
        List<String> parts = Arrays.stream(mark.split("\\|")).map(String::strip).toList();
        if (parts.size() < 3 || parts.size() > 4) {
            throw new IoFailure(files.page() + " has a figure <!--= " + mark + " -->; it must be KIND | ROW | WHAT or KIND | ROW | WHAT | WHO");
        }
        String kind = parts.get(0);
        String row = parts.get(1);
        return switch (parts.get(2)) {
            case "time" -> time(files.samples(kind, row, parts.size() == 4 ? parts.get(3) : who(kind)).median(), files.row(kind, row).unit());
            case "ratio" -> {
                BenchResults.Row contest = files.row(kind, row);
                Samples peer = PeerTable.fastest(contest).flatMap(BenchResults.Series::samples)
                        .orElseThrow(() -> new IoFailure(files.newest(kind) + ", row '" + row + "' has no peer, and " + files.page() + " shows a ratio"));
                yield String.format(Locale.ROOT, "%.2f", files.samples(kind, row, PeerTable.OURS).ratio(peer).median());
            }
            case "link" -> "[" + row + "](" + files.link(kind) + ")";
            case "fixed" -> String.format(Locale.ROOT, "%.0f µs", fit(kind, row).fixed());
            case "each" -> String.format(Locale.ROOT, "%.1f µs", fit(kind, row).each());
            case "worst" -> String.format(Locale.ROOT, "%.0f %%", 100 * fit(kind, row).worst());
            default -> files.fact(kind, row, parts.get(2));
        };
    }

    /// Whose times a file of that kind has when nobody is named.
    private static String who(String kind) {
        return kind.equals("ablation") || kind.equals("scale") ? "cpu" : PeerTable.OURS;
    }

    private Scale.Fit fit(String kind, String axis) {
        List<BenchResults.Row> rows = files.results(kind).rows().stream().filter(r -> axis.equals(r.facts().get("axis"))).filter(r -> r.of(who(kind)).isPresent()).toList();
        double[] x = rows.stream().mapToDouble(r -> Double.parseDouble(r.facts().get("at"))).toArray();
        double[] t = rows.stream().mapToDouble(r -> r.of(who(kind)).orElseThrow().median()).toArray();
        return Scale.Fit.of(x, t).orElseThrow(() -> new IoFailure(files.newest(kind) + " has fewer than three points by " + axis + ", and " + files.page() + " shows the line through them"));
    }

    /// A time in the unit that leaves one to three digits before the point, three digits in all.
    static String time(double value, String unit) {
        double nanos = value * switch (unit) {
            case "ns" -> 1;
            case "us", "µs" -> 1e3;
            case "ms" -> 1e6;
            case "s" -> 1e9;
            default -> throw new IoFailure("a time in '" + unit + "' was asked for; ns, µs, ms and s are known");
        };
        List<String> units = List.of("ns", "µs", "ms", "s");
        int power = (int) Math.clamp(Math.floor(Math.log10(nanos) / 3), 0, 3);
        double shown = nanos / Math.pow(1000, power);
        int places = shown >= 99.95 ? 0 : shown >= 9.995 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + places + "f %s", shown, units.get(power));
    }
}
