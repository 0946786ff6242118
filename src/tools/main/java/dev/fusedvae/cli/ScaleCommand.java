package dev.fusedvae.cli;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.CommonPoints;
import dev.fusedvae.lab.Scale;
import dev.fusedvae.spec.VaeSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Measures how the time of a step grows.
@Command(name = "scale", description = {"Time a training step as batch, width, latent size or threads grow, and fit a line.",
    "Batch 1..16384, width 64..4096, latent 2..512; at the backend's highest fusion level; all points of a backend take turns."},
        footer = {"  ${ROOT-COMMAND-NAME} scale --axes batch,threads --data mnist --out scale.json", "  ${ROOT-COMMAND-NAME} lab plot scale.json --out scale.html"})
final class ScaleCommand extends FvaeCommand {

    @Option(names = "--axes", paramLabel = "AXIS,...", hideParamSyntax = true, split = ",", description = "batch, width, latent, threads (default: all)")
    List<String> axes = List.of("batch", "width", "latent", "threads");

    @Mixin(name = "Experiment")
    LabOptions lab = new LabOptions();

    ScaleCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        VaeSpec net = lab.spec();
        List<Scale.Axis> along = axes.stream().map(a -> UsageException.value(() -> Scale.Axis.parse(a))).toList();
        UsageException.require(along.size() == Set.copyOf(along).size(), "--axes names one twice: %s", String.join(",", axes));
        UsageException.require(lab.backends.contains("cpu") || !along.equals(List.of(Scale.Axis.THREADS)),
                "threads are those of the cpu backend; name another axis for %s", String.join(",", lab.backends));
        List<Backend> backends = lab.open(terminal.env());
        try {
            backends.forEach(Scale::requireTimed); // before minutes are spent on the others
            List<Scale.Point> points = new ArrayList<>();
            for (Backend backend : backends) {
                List<Scale.Axis> own = along.stream().filter(a -> a != Scale.Axis.THREADS || backend.name().equals("cpu")).toList();
                if (!own.isEmpty()) {
                    List<Scale.Point> timed = UsageException.value(() -> Scale.of(backend, own, net, lab.batchSize, note -> say("%s", note)));
                    points.addAll(timed);
                    own.stream().filter(axis -> !json).forEach(axis -> table(backend, axis, timed.stream().filter(p -> p.axis() == axis).toList()));
                }
            }
            BenchResults results = Scale.results(points, lab.conditions(backends));
            CommonPoints.warnings(results).forEach(text -> say("%s", text));
            lab.write(results);
            if (json) {
                print(results.tree());
            }
            return Exit.OK;
        } finally {
            backends.forEach(Backend::close);
        }
    }

    private void table(Backend backend, Scale.Axis axis, List<Scale.Point> curve) {
        print("%s, by %s".formatted(backend.device(), axis.label()));
        TextTable table = new TextTable(axis.flag(), "net", "batch", "time per step", "spread", "per example").right(0, 2, 3, 4, 5);
        curve.forEach(p -> p.micros().ifPresent(s -> table.row(String.valueOf(p.at()), p.shape(), String.valueOf(p.batch()),
                String.format(Locale.ROOT, "%.1f µs", s.median()), String.format(Locale.ROOT, "%.0f %%", 100 * s.spread()),
                String.format(Locale.ROOT, "%.2f µs", s.median() / p.batch()))));
        table.lines().forEach(this::print);
        if (axis != Scale.Axis.THREADS) {
            Scale.Fit.of(curve).ifPresent(f -> print(String.format(Locale.ROOT, "fit: %.1f µs + %.4f µs · %s; points are off by up to %.0f %%", f.fixed(), f.each(),
                    axis.flag(), 100 * f.worst())));
        }
        print("");
    }
}
