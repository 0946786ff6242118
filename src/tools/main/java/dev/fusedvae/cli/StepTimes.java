package dev.fusedvae.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.backend.Profile;
import dev.fusedvae.lab.Roofs;
import dev.fusedvae.lab.StepTime;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Cost;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Shows where the time of a step went.
final class StepTimes {
    private StepTimes() {}

    static List<String> lines(StepTime time) {
        TextTable table = new TextTable("call", "time", "of step", "roof time", "of roof", "bound by");
        table.right(1, 2, 3, 4);
        for (int i = 0; i < time.timings().size(); i++) {
            Profile.Timing timing = time.timings().get(i);
            Cost cost = cost(timing);
            table.row(title(timing), micros(timing.nanos()), percent(timing.nanos() / time.stepNanos()), micros(time.roofs().nanos(cost)),
                    percent(time.share(i)), time.roofs().memoryBound(cost) ? "memory" : "arithmetic");
        }
        table.row("waiting", micros(time.waitingNanos()), percent(time.waitingNanos() / time.stepNanos()), "", "", "");
        List<String> lines = new ArrayList<>(List.of("", "A step took %s on %s (median, no clocks inside).".formatted(micros(time.stepNanos()), time.device()),
                roofs(time.roofs()), ""));
        lines.addAll(table.lines());
        if (time.aboveArithmetic()) {
            lines.add("note: a call is above the arithmetic roof, so others had the processors while the roof was measured; repeat it on a quieter machine");
        }
        return lines;
    }

    private static String roofs(Roofs roofs) {
        return String.format(Locale.ROOT, "Roofs, measured in the same run on %s: %.0f GFLOP/s of multiply-adds in registers, %.1f GB/s of a triad over %s.",
                roofs.threads() == 0 ? "the device" : roofs.threads() + " thread(s)", roofs.flopsPerSecond() / 1e9, roofs.bytesPerSecond() / 1e9, Units.bytes(roofs.triadBytes()));
    }

    private static Cost cost(Profile.Timing timing) {
        return timing.calls().stream().map(Call::cost).reduce(new Cost(0, 0), Cost::plus);
    }

    private static String title(Profile.Timing timing) {
        return timing.calls().stream().map(Call::title).collect(Collectors.joining(" + "));
    }

    private static String micros(double nanos) {
        return String.format(Locale.ROOT, "%.1f µs", nanos / 1e3);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    static void add(ObjectNode root, StepTime time) {
        ObjectNode node = root.putObject("time");
        node.put("device", time.device()).put("stepNanos", time.stepNanos()).put("waitingNanos", time.waitingNanos());
        node.putObject("roofs").put("threads", time.roofs().threads()).put("flopsPerSecond", time.roofs().flopsPerSecond())
                .put("bytesPerSecond", time.roofs().bytesPerSecond()).put("triadBytes", time.roofs().triadBytes());
        ArrayNode calls = node.putArray("calls");
        for (int i = 0; i < time.timings().size(); i++) {
            Profile.Timing timing = time.timings().get(i);
            calls.addObject().put("title", title(timing)).put("nanos", timing.nanos()).put("bytes", cost(timing).bytes())
                    .put("flops", cost(timing).flops()).put("roofNanos", time.roofs().nanos(cost(timing))).put("roofShare", time.share(i));
        }
    }
}
