package dev.fusedvae.plan;

import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A plan in words: what each call computes, on which shapes, what it costs, what it fuses and why.
public final class Explain {

    /// One call, ready to print.
    ///
    /// @param op     the kind of call and what it is about
    /// @param shape  `B x K -> N` of its products, or the shape of what it writes
    /// @param fuses  the primitive ops it replaces
    /// @param hidden tensors that never reach memory because of it
    public record Line(int phase, String op, String label, String formula, String shape, Cost cost, List<String> fuses, List<String> hidden) {}

    private Explain() {}

    /// The lines of a plan, in the order in which it runs.
    public static List<Line> lines(Plan plan) {
        List<Line> lines = new ArrayList<>();
        for (Phase phase : plan.phases()) {
            for (Call call : phase.calls()) {
                lines.add(new Line(phase.index() + 1, call.title(), call.op().kind().label(), call.op().kind().formula(),
                        shape(call, plan.batch()), call.cost(),
                        call.op().ops().stream().map(Explain::name).toList(),
                        call.op().internal().stream().map(Tensor::name).toList()));
            }
        }
        return lines;
    }

    /// A table for people: a row a call, then what the whole step costs and what was decided against.
    public static String table(Plan plan) {
        StringBuilder text = new StringBuilder();
        text.append("%s, batch %d, fusion %s: %d launches a step%n".formatted(
                plan.graph().spec().shape(), plan.batch(), plan.level().flag(), plan.launches()));
        text.append("%n%-6s %-52s %-24s %10s %10s %8s  %s%n".formatted("phase", "call", "shape", "KB", "Mflop", "flop/B", "fuses"));
        int phase = 0;
        for (Line line : lines(plan)) {
            text.append("%-6s %-52s %-24s %10.1f %10.2f %8.1f  %s%n".formatted(line.phase() == phase ? "" : line.phase(), line.op(),
                    line.shape(), line.cost().bytes() / 1e3, line.cost().flops() / 1e6, line.cost().intensity(), fuses(line)));
            phase = line.phase();
        }
        Cost cost = plan.cost();
        text.append("%n%-6s %-52s %-24s %10.1f %10.2f %8.1f%n".formatted("", "step", plan.launches() + " launches",
                cost.bytes() / 1e3, cost.flops() / 1e6, cost.intensity()));
        plan.notes().forEach(note -> text.append("note: ").append(note).append(System.lineSeparator()));
        return text.toString();
    }

    private static String fuses(Line line) {
        return line.fuses().size() == 1 ? "" : String.join(" + ", line.fuses());
    }

    private static String shape(Call call, int batch) {
        List<String> products = new ArrayList<>();
        for (Op op : call.op().ops()) {
            switch (op) {
                case Op.Linear o -> products.add(batch + "x" + o.layer().inputs() + " -> " + o.layer().width());
                case Op.LinearBackwardData o -> products.add(batch + "x" + o.layer().width() + " -> " + o.layer().inputs());
                case Op.LinearBackwardWeight o -> products.add(o.layer().width() + "x" + o.layer().inputs() + " over " + batch);
                default -> { }
            }
        }
        if (!products.isEmpty()) {
            return String.join(", ", products);
        }
        Tensor out = call.op().writes().getFirst();
        return out.rows(batch) + "x" + out.width();
    }

    private static String name(Op op) {
        return op.getClass().getSimpleName().replaceAll("([a-z])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }
}
