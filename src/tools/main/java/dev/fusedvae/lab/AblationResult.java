package dev.fusedvae.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What an ablation found.
///
/// @param shape `784-400-20-400-784`
/// @param lines backend by backend: levels, then rules switched off
/// @param roofs of backends that were timed
public record AblationResult(String shape, int batch, List<Ablation.Line> lines, List<BackendRoofs> roofs) {

    /// The roofs of a backend, measured in the same run.
    public record BackendRoofs(String backend, Roofs roofs) {}

    public AblationResult {
        lines = List.copyOf(lines);
        roofs = List.copyOf(roofs);
    }

    /// The whole level that a line with a rule switched off is to be compared with.
    public Ablation.Line whole(Ablation.Line line) {
        return lines.stream().filter(l -> l.whole() && l.backend().equals(line.backend()) && l.fusion().level() == line.fusion().level())
                .findFirst().orElseThrow();
    }

    /// Time without ÷ time with the rule, turn by turn; empty where one of them has no time.
    public Optional<Samples> buys(Ablation.Line line) {
        return whole(line).micros().flatMap(with -> line.micros().map(with::ratio));
    }

    /// The largest difference of a loss, of all configurations that ran.
    public double worst() {
        return lines.stream().filter(l -> l.worst().isPresent()).mapToDouble(l -> l.worst().getAsDouble()).max().orElse(0);
    }

    /// Whether every configuration that ran had the losses of the first, and at least one ran.
    public boolean agrees() {
        return lines.stream().anyMatch(Ablation.Line::agrees) && lines.stream().allMatch(l -> l.worst().isEmpty() || l.agrees());
    }

    /// As a results file: a row for every configuration, for every call of a level that was timed, and for the roofs.
    public BenchResults results(Map<String, String> environment) {
        List<BenchResults.Row> rows = new ArrayList<>();
        for (Ablation.Line line : lines) {
            rows.add(row(line));
            for (int i = 0; i < line.calls().size(); i++) {
                rows.add(row(line, i));
            }
        }
        for (BackendRoofs r : roofs) {
            rows.add(roof("roof arithmetic", "GFLOP/s", r, r.roofs().flopsPerSecond() / 1e9));
            rows.add(roof("roof memory", "GB/s", r, r.roofs().bytesPerSecond() / 1e9));
        }
        return new BenchResults("ablation", environment, rows);
    }

    private BenchResults.Row row(Ablation.Line line) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("kind", "step");
        facts.put("fusion", line.fusion().text());
        facts.put("launches", String.valueOf(line.launches()));
        facts.put("bytes", String.valueOf(line.bytes()));
        facts.put("arenaBytes", String.valueOf(line.arenaBytes()));
        line.worst().ifPresent(w -> facts.put("worstLossDifference", String.valueOf(w)));
        return new BenchResults.Row("step %s batch %d, %s, %s".formatted(shape, batch, line.backend(), line.fusion().text()), "µs",
                List.of(new BenchResults.Series(line.backend(), line.ran(), line.micros())), facts);
    }

    private static BenchResults.Row row(Ablation.Line line, int i) {
        CallTime call = line.calls().get(i);
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("kind", "call");
        facts.put("fusion", line.fusion().text());
        facts.put("op", call.kinds());
        facts.put("bytes", String.valueOf(call.cost().bytes()));
        facts.put("flops", String.valueOf(call.cost().flops()));
        return new BenchResults.Row("call %d %s, %s, %s".formatted(i + 1, call.title(), line.backend(), line.fusion().text()), "µs",
                List.of(new BenchResults.Series(line.backend(), line.ran(), Optional.of(call.micros()))), facts);
    }

    private static BenchResults.Row roof(String name, String unit, BackendRoofs of, double rate) {
        return new BenchResults.Row(name + ", " + of.backend(), unit,
                List.of(new BenchResults.Series(of.backend(), "the best of its rounds, in the same run", Optional.of(Samples.of(List.of(rate))))),
                Map.of("kind", "roof", "triadBytes", String.valueOf(of.roofs().triadBytes()), "threads", String.valueOf(of.roofs().threads())));
    }
}
