package dev.fusedvae.bench.gpu;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.backend.CudaChoice;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.cuda.LaunchTime;
import dev.fusedvae.fuse.FusionLevel;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Cost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Device times of every launch of a step, and of every variant of every op, by events.
///
///     Ladder RESULT.json DATA REPEATS NET:BATCH,... LEVEL,... KERNELS
///
/// KERNELS is the folder whose variants are tried one at a time; what is timed says itself which variant it was.
final class Ladder {
    private final Report report;
    private final Examples examples;
    private final int repeats;

    private Ladder(Report report, Examples examples, int repeats) {
        this.report = report;
        this.examples = examples;
        this.repeats = repeats;
    }

    public static void main(String[] args) throws IOException {
        Report report = new Report(args[0]);
        report.root().put("data", args[1]).put("repeats", Integer.parseInt(args[2]));
        report.root().put("clock", "device events");
        report.root().put("warm", "20 launches in a graph, the time of one: operands in L2 where they fit, the way from node to node included");
        report.root().put("cold", "one launch between two events after 3x the L2 cache was overwritten; an empty pair takes emptyPairMicros");
        Ladder ladder = new Ladder(report, Report.examples(args[1]), Integer.parseInt(args[2]));
        List<String> variants = variants(Path.of(args[5]));
        for (String net : args[3].split(",")) {
            for (String level : args[4].split(",")) {
                ladder.climb(net, FusionLevel.parse(level), variants);
            }
        }
        report.end();
    }

    /// `op/variant` of every op that has more than one.
    private static List<String> variants(Path kernels) throws IOException {
        try (Stream<Path> files = Files.walk(kernels, 2)) {
            Map<String, List<String>> byOp = files.filter(f -> f.getFileName().toString().matches("[0-9]+_\\w+\\.cu"))
                    .map(f -> f.getParent().getFileName() + "/" + f.getFileName().toString().replace(".cu", ""))
                    .collect(Collectors.groupingBy(v -> v.substring(0, v.indexOf('/'))));
            return byOp.values().stream().filter(v -> v.size() > 1).flatMap(List::stream).sorted().toList();
        }
    }

    private void climb(String net, FusionLevel level, List<String> variants) {
        List<LaunchTime> step = time(net, level, Map.of());
        List<String> ops = step.stream().flatMap(l -> l.calls().stream()).map(c -> c.op().kind().label()).toList();
        for (String variant : variants) {
            String op = variant.substring(0, variant.indexOf('/'));
            if (level != FusionLevel.LAYER && ops.contains(op) && step.stream().noneMatch(l -> l.kernel().equals(variant))) {
                time(net, level, Map.of(op, variant.substring(op.length() + 1)));
            }
        }
    }

    /// Times a step; with a variant chosen, only the launches of its op make rows. None where it cannot run.
    private List<LaunchTime> time(String net, FusionLevel level, Map<String, String> chosen) {
        String name = net + " " + level.flag() + chosen.entrySet().stream().map(e -> " " + e.getKey() + "/" + e.getValue()).collect(Collectors.joining());
        Engine engine = new Engine(level, CudaChoice.DEFAULT.withReplay(CudaChoice.Replay.STREAM).withVariants(chosen));
        int batch = Integer.parseInt(net.split(":")[1]);
        try (Runner runner = new Runner(engine.open(), level, net.split(":")[0], batch, examples, examples.count())) {
            LaunchTime.Table table = LaunchTime.of(runner.executable(), repeats);
            for (LaunchTime launch : table.launches()) {
                String op = launch.calls().getFirst().op().kind().label();
                if (chosen.isEmpty() || chosen.containsKey(op)) {
                    ObjectNode row = row(name, launch, table.emptyPair());
                    String wanted = op + "/" + chosen.getOrDefault(op, "");
                    if (!chosen.isEmpty() && !launch.kernel().equals(wanted)) {
                        report.fail(row, "asked for " + wanted + ", " + launch.kernel() + " ran");
                    }
                }
            }
            return table.launches();
        } catch (RuntimeException e) {
            report.fail(report.row(name), e.toString());
            return List.of();
        }
    }

    private ObjectNode row(String name, LaunchTime launch, LaunchTime.Spread emptyPair) {
        Cost cost = launch.calls().stream().map(Call::cost).reduce(new Cost(0, 0), Cost::plus);
        ObjectNode row = report.row(name);
        row.put("kernel", launch.kernel()).put("blocks", launch.blocks()).put("bytes", cost.bytes()).put("flops", cost.flops());
        launch.calls().forEach(c -> row.withArray("/calls").add(c.title()));
        put(row.putObject("warmMicros"), launch.warm());
        put(row.putObject("coldMicros"), launch.cold());
        put(row.putObject("emptyPairMicros"), emptyPair);
        row.put("warmGflops", cost.flops() / launch.warm().medianMicros() / 1e3);
        row.put("warmGigabytes", cost.bytes() / launch.warm().medianMicros() / 1e3);
        System.out.printf("%-28s %-36s %-40s warm %8.2f us  cold %8.2f us%n", name, launch.kernel(), launch.calls().getFirst().title(),
                launch.warm().medianMicros(), launch.cold().medianMicros());
        return row;
    }

    private static void put(ObjectNode node, LaunchTime.Spread spread) {
        node.put("median", spread.medianMicros()).put("min", spread.minMicros()).put("max", spread.maxMicros());
    }
}
