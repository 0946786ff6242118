package dev.fusedvae.cli;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.lab.Ablation;
import dev.fusedvae.lab.AblationResult;
import dev.fusedvae.lab.Samples;
import dev.fusedvae.spec.VaeSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// What fusion buys, level by level and rule by rule.
@Command(name = "ablate", description = {"Measure a training step at every fusion level, and with one rule switched off at a time.",
    "Every backend named takes part; rules are switched off at the highest level. The first losses of all must agree, or a configuration has no time."},
        footer = {"  ${ROOT-COMMAND-NAME} ablate --data mnist --hidden 400 --latent 20", "  FVAE_CUDA=simt ${ROOT-COMMAND-NAME} ablate --data digits --hidden 32 --latent 4 --backends cpu,cuda"})
final class AblateCommand extends FvaeCommand {

    @Mixin(name = "Experiment")
    LabOptions lab = new LabOptions();

    AblateCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        VaeSpec net = lab.spec();
        List<Backend> backends = lab.open(terminal.env());
        try {
            AblationResult result = UsageException.value(() -> Ablation.of(backends, net, lab.train(), note -> say("%s", note)));
            var file = result.results(lab.conditions(backends));
            lab.write(file);
            if (json) {
                print(file.tree());
            } else {
                table(result);
            }
            return result.agrees() ? Exit.OK : Exit.WRONG;
        } finally {
            backends.forEach(Backend::close);
        }
    }

    private void table(AblationResult result) {
        print("One training step of %s at batch %d; random pixels, the same noise and batch order everywhere.".formatted(result.shape(), result.batch()));
        print("");
        levels(result).lines().forEach(this::print);
        print("");
        print(String.format(Locale.ROOT, "The first %d losses of all configurations that ran differ by at most %.1e, relative; %s.", Ablation.LOSSES, result.worst(),
                result.agrees() ? "allowed is %.0e".formatted(Ablation.AGREE) : "that is over %.0e, so those that differ have no time".formatted(Ablation.AGREE)));
        result.lines().stream().filter(l -> l.micros().isEmpty()).collect(Collectors.groupingBy(Ablation.Line::ran, LinkedHashMap::new, Collectors.toList()))
                .forEach((why, lines) -> print("%s (%s)".formatted(why, lines.stream().map(l -> l.backend() + " " + l.fusion().text()).distinct().collect(Collectors.joining("; ")))));
        print("");
        print("What each rule buys at its highest level: the step without it, against the step with it.");
        print("");
        rules(result).lines().forEach(this::print);
    }

    private static TextTable levels(AblationResult result) {
        TextTable table = new TextTable("backend", "fusion", "launches", "bytes moved", "memory", "time per step", "spread", "loss differs by").right(2, 3, 4, 5, 6, 7);
        result.lines().stream().filter(Ablation.Line::whole).forEach(l -> table.row(l.backend(), l.fusion().text(), String.valueOf(l.launches()),
                Units.bytes(l.bytes()), l.arenaBytes() == 0 ? "-" : Units.bytes(l.arenaBytes()), micros(l.micros()), spread(l.micros()), worst(l)));
        return table;
    }

    private static TextTable rules(AblationResult result) {
        TextTable table = new TextTable("backend", "without", "launches", "bytes moved", "memory", "time per step", "time without / with", "loss differs by").right(2, 3, 4, 5, 6, 7);
        for (Ablation.Line l : result.lines()) {
            if (!l.whole()) {
                Ablation.Line with = result.whole(l);
                table.row(l.backend(), l.fusion().without().iterator().next().label(), "%+d".formatted(l.launches() - with.launches()),
                        (l.bytes() < with.bytes() ? "-" : "+") + Units.bytes(Math.abs(l.bytes() - with.bytes())),
                        l.arenaBytes() == 0 ? "-" : Units.bytes(l.arenaBytes()), micros(l.micros()),
                        result.buys(l).map(r -> String.format(Locale.ROOT, "%.2f (%.2f-%.2f)", r.median(), r.quantile(0.25), r.quantile(0.75))).orElse("-"), worst(l));
            }
        }
        return table;
    }

    private static String worst(Ablation.Line line) {
        return line.worst().isPresent() ? String.format(Locale.ROOT, "%.1e", line.worst().getAsDouble()) : "-";
    }

    private static String micros(Optional<Samples> samples) {
        return samples.map(s -> String.format(Locale.ROOT, "%.1f µs", s.median())).orElse("-");
    }

    private static String spread(Optional<Samples> samples) {
        return samples.map(s -> String.format(Locale.ROOT, "%.0f %%", 100 * s.spread())).orElse("-");
    }
}
