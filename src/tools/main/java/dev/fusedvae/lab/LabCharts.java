package dev.fusedvae.lab;

import dev.fusedvae.chart.Chart;
import dev.fusedvae.chart.HtmlReport;
import dev.fusedvae.chart.Plots;
import dev.fusedvae.io.IoFailure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Results files as pictures: the roofline with every call of a step, a step by fusion level, scaling curves, contests.
public final class LabCharts {
    /// Parts that a stacked bar names; the rest are one.
    private static final int NAMED = 10;
    private static final String OTHERS = "all others";
    private static final int FITTED = 48;

    private LabCharts() {}

    /// A picture and what it shows.
    public record Picture(Chart chart, String caption) {}

    /// Every picture that `results` have the figures for.
    ///
    /// @throws IoFailure if there is none
    public static List<Picture> of(BenchResults results) {
        List<Picture> all = new ArrayList<>();
        for (String who : who(results, "call")) {
            List<String> levels = facts(rows(results, "call", who), "fusion");
            stacked(results, who, levels).ifPresent(all::add);
            levels.forEach(level -> roofline(results, who, level).ifPresent(all::add));
        }
        facts(rows(results, "scale"), "axis").forEach(axis -> all.add(scaling(results, axis)));
        peers(results).ifPresent(all::add);
        if (all.isEmpty()) {
            throw new IoFailure("a results file of '" + results.what() + "' has nothing to draw; give those of ablate, scale or bench peers");
        }
        return all;
    }

    /// A page with the pictures of several files and where each was measured.
    public static HtmlReport page(List<BenchResults> files) {
        HtmlReport page = HtmlReport.titled("FusedVAE measurements").lead("Every figure comes from the results files named below; roofs were measured in the same run.");
        for (BenchResults file : files) {
            page.section(file.what());
            of(file).forEach(p -> page.chart(p.chart(), p.caption()));
            page.facts(file.environment());
        }
        return page;
    }

    private static Stream<BenchResults.Row> rows(BenchResults results, String kind) {
        return results.rows().stream().filter(r -> r.facts().getOrDefault("kind", "").equals(kind));
    }

    private static Stream<BenchResults.Row> rows(BenchResults results, String kind, String who) {
        return rows(results, kind).filter(r -> r.of(who).isPresent());
    }

    private static Set<String> who(BenchResults results, String kind) {
        return rows(results, kind).flatMap(r -> r.series().stream()).filter(s -> s.samples().isPresent()).map(BenchResults.Series::who)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static List<String> facts(Stream<BenchResults.Row> rows, String fact) {
        return rows.map(r -> r.facts().get(fact)).distinct().toList();
    }

    private static double median(BenchResults.Row row, String who) {
        return row.of(who).orElseThrow().median();
    }

    private static double number(BenchResults.Row row, String fact) {
        try {
            return Double.parseDouble(row.facts().getOrDefault(fact, ""));
        } catch (NumberFormatException e) {
            throw new IoFailure("row '" + row.name() + "' has no number under '" + fact + "'; measure again", e);
        }
    }

    /// Time by part of the step, one bar per level; a part has one colour at every level.
    private static Optional<Picture> stacked(BenchResults results, String who, List<String> levels) {
        List<BenchResults.Row> calls = rows(results, "call", who).toList();
        StepParts parts = new StepParts(calls);
        List<String> all = parts.all(calls);
        List<String> named = new ArrayList<>(all);
        if (all.size() > NAMED) {
            named = new ArrayList<>(all.stream().filter(p -> !p.equals(StepParts.NO_PRODUCT))
                    .sorted((a, b) -> Double.compare(total(calls, parts, who, b), total(calls, parts, who, a))).limit(NAMED - 1).toList());
            named.sort(Comparator.comparingInt(all::indexOf));
            named.add(OTHERS);
        }
        double[][] values = new double[named.size()][levels.size()];
        for (BenchResults.Row row : calls) {
            int n = named.indexOf(parts.of(row));
            values[n < 0 ? named.size() - 1 : n][levels.indexOf(row.facts().get("fusion"))] += median(row, who);
        }
        return Optional.of(new Picture(Plots.stacked("Where the time of a training step goes, by fusion level, " + who, "µs in calls (sum of medians)", new Plots.Bars(levels, named, values)),
                "Sum of the median times of all calls; waiting at barriers is not part of it. A product counts with all that the level fuses into it: bias and activation, the"
                        + " likelihood, the optimizer. On " + ran(calls.getFirst(), who) + "."));
    }

    private static double total(List<BenchResults.Row> calls, StepParts parts, String who, String part) {
        return calls.stream().filter(r -> parts.of(r).equals(part)).mapToDouble(r -> median(r, who)).sum();
    }

    private static String ran(BenchResults.Row row, String who) {
        return row.series().stream().filter(s -> s.who().equals(who)).findFirst().orElseThrow().ran();
    }

    private static Optional<Picture> roofline(BenchResults results, String who, String level) {
        Optional<BenchResults.Row> arithmetic = results.row("roof arithmetic, " + who);
        Optional<BenchResults.Row> memory = results.row("roof memory, " + who);
        if (arithmetic.isEmpty() || memory.isEmpty()) {
            return Optional.empty();
        }
        List<BenchResults.Row> calls = rows(results, "call", who).filter(r -> r.facts().get("fusion").equals(level) && number(r, "flops") > 0).toList();
        double peak = median(arithmetic.get(), who);
        double bandwidth = median(memory.get(), who);
        double least = calls.stream().mapToDouble(r -> number(r, "flops") / number(r, "bytes")).min().orElse(0.1);
        double most = calls.stream().mapToDouble(r -> number(r, "flops") / number(r, "bytes")).max().orElse(10);
        double ridge = peak / bandwidth;
        double from = Math.min(least, ridge) / 2;
        double to = Math.max(most, ridge) * 2;
        List<Plots.Series> series = new ArrayList<>();
        series.add(new Plots.Series("roof", Plots.Style.LINE, new double[] {from, ridge, to}, new double[] {from * bandwidth, peak, peak}));
        for (String kind : facts(calls.stream(), "op")) {
            List<BenchResults.Row> own = calls.stream().filter(r -> r.facts().get("op").equals(kind)).toList();
            series.add(new Plots.Series(kind, Plots.Style.DOTS, own.stream().mapToDouble(r -> number(r, "flops") / number(r, "bytes")).toArray(),
                    own.stream().mapToDouble(r -> number(r, "flops") / median(r, who) / 1e3).toArray()));
        }
        String caption = String.format(Locale.ROOT, "Every call of a step at fusion %s under the roofs of the same run: %.0f GFLOP/s of multiply-adds, %.1f GB/s of a triad"
                + " over %s bytes. Bytes are what a call must move at least: what lies in a nearer cache can be above the slanted roof. On %s.", level, peak, bandwidth,
                memory.get().facts().getOrDefault("triadBytes", "?"), ran(calls.getFirst(), who));
        return Optional.of(new Picture(Plots.decades("Roofline of a step, " + who + ", fusion " + level, "flop per byte", "GFLOP/s", series), caption));
    }

    private static Picture scaling(BenchResults results, String axis) {
        List<BenchResults.Row> rows = rows(results, "scale").filter(r -> r.facts().get("axis").equals(axis)).toList();
        List<Plots.Series> series = new ArrayList<>();
        for (String who : rows.stream().flatMap(r -> r.series().stream()).map(BenchResults.Series::who).distinct().toList()) {
            List<BenchResults.Row> own = rows.stream().filter(r -> r.of(who).isPresent()).toList();
            if (!own.isEmpty()) {
                series.add(new Plots.Series(who, Plots.Style.DOTS, own.stream().mapToDouble(r -> number(r, "at")).toArray(),
                        own.stream().mapToDouble(r -> median(r, who)).toArray()));
            }
        }
        List<Plots.Series> drawn = new ArrayList<>();
        series.forEach(s -> {
            drawn.add(s);
            line(axis, s).ifPresent(drawn::add);
        });
        String title = "A training step of " + net(rows.getFirst(), axis) + " by " + axis
                + (series.size() == 1 ? equation(axis, series.getFirst()).map(e -> ": " + e).orElse("") : "");
        String net = rows.getFirst().facts().get("net");
        String fits = series.stream().flatMap(s -> fit(axis, s).stream()).collect(Collectors.joining());
        String on = rows.stream().flatMap(r -> r.series().stream()).filter(s -> s.samples().isPresent()).map(BenchResults.Series::ran).distinct().collect(Collectors.joining("; "));
        return new Picture(Plots.decades(title, axis, "µs per step", drawn),
                "Medians of interleaved turns on " + on + "; " + (axis.equals("batch") || axis.equals("threads") ? "net " + net : "from net " + net)
                        + (axis.equals("batch") ? "" : ", batch " + rows.getFirst().facts().get("batch")) + "." + fits
                        + CommonPoints.warnings(results).stream().map(w -> " " + w).collect(Collectors.joining()));
    }

    /// The net of a curve; the width that grows along it is written as the name of the axis.
    private static String net(BenchResults.Row row, String axis) {
        String net = row.facts().get("net");
        if (!axis.equals("width") && !axis.equals("latent")) {
            return net;
        }
        String[] widths = net.split("-");
        int latent = widths.length / 2;
        for (int i = 1; i < widths.length - 1; i++) {
            if (i == latent == axis.equals("latent")) {
                widths[i] = axis;
            }
        }
        return String.join("-", widths);
    }

    private static Optional<Scale.Fit> fitted(String axis, Plots.Series s) {
        return axis.equals("threads") ? Optional.empty() : Scale.Fit.of(s.x(), s.y());
    }

    /// The fit as a curve over the range of its points; a straight line is bent where both axes are logarithmic.
    private static Optional<Plots.Series> line(String axis, Plots.Series s) {
        return fitted(axis, s).map(f -> {
            double least = Arrays.stream(s.x()).min().orElseThrow();
            double most = Arrays.stream(s.x()).max().orElseThrow();
            double[] x = IntStream.range(0, FITTED).mapToDouble(i -> least * Math.pow(most / least, i / (FITTED - 1.0))).toArray();
            return new Plots.Series(s.name() + " fitted: " + equation(f, axis), Plots.Style.LINE, x, Arrays.stream(x).map(v -> f.fixed() + f.each() * v).toArray());
        }).filter(l -> Arrays.stream(l.y()).allMatch(y -> y > 0));
    }

    private static Optional<String> equation(String axis, Plots.Series s) {
        return fitted(axis, s).map(f -> equation(f, axis));
    }

    private static String equation(Scale.Fit f, String axis) {
        return String.format(Locale.ROOT, "%.0f µs + %.3g µs · %s", f.fixed(), f.each(), axis);
    }

    /// The line through a curve, in words; more threads make a step cheaper by no line.
    private static Optional<String> fit(String axis, Plots.Series s) {
        return fitted(axis, s).map(f -> String.format(Locale.ROOT,
                " Fit of %s: %.1f µs + %.4f µs · %s, off by up to %.0f %%.", s.name(), f.fixed(), f.each(), axis, 100 * f.worst()));
    }

    /// The fastest mode of every peer as a multiple of our time.
    static Optional<Picture> peers(BenchResults results) {
        List<BenchResults.Row> fair = results.rows().stream()
                .filter(r -> r.of(PeerTable.OURS).isPresent() && !r.facts().containsKey("noRatio") && PeerTable.fastest(r).isPresent()).toList();
        if (fair.isEmpty()) {
            return Optional.empty();
        }
        List<String> peers = fair.stream().flatMap(r -> r.series().stream()).filter(s -> s.samples().isPresent() && !s.who().equals(PeerTable.OURS))
                .map(LabCharts::peer).distinct().toList();
        double[][] values = new double[peers.size()][fair.size()];
        String[][] labels = new String[peers.size()][fair.size()];
        for (int p = 0; p < peers.size(); p++) {
            for (int r = 0; r < fair.size(); r++) {
                String peer = peers.get(p);
                Samples ours = fair.get(r).of(PeerTable.OURS).orElseThrow();
                Optional<BenchResults.Series> fastest = fair.get(r).series().stream().filter(s -> s.samples().isPresent() && peer(s).equals(peer))
                        .min(Comparator.comparingDouble(s -> ours.ratio(s.samples().orElseThrow()).median()));
                values[p][r] = fastest.map(f -> ours.ratio(f.samples().orElseThrow()).median()).orElse(Double.NaN);
                labels[p][r] = fastest.isEmpty() ? "" : String.format(Locale.ROOT, "%.2f  %s", values[p][r], fastest.get().who().substring(peer.length()).strip());
            }
        }
        return Optional.of(new Picture(Plots.multiples("Time of the fastest mode of each peer, divided by FusedVAE's", "times FusedVAE's time, logarithmic; beyond 1 FusedVAE is faster",
                new Plots.Bars(fair.stream().map(BenchResults.Row::name).toList(), peers.stream().map(LabCharts::properName).toList(), values), labels),
                "Median over turns of each peer's time divided by ours in the same turn, of its mode with the smallest such median; rows in which the peers were not shown to compute the same are left out."));
    }

    /// `torch` of `torch compile`.
    private static String peer(BenchResults.Series series) {
        return series.who().split(" ")[0];
    }

    private static String properName(String peer) {
        return switch (peer) {
            case "torch" -> "PyTorch";
            case "jax" -> "JAX";
            default -> peer;
        };
    }
}
