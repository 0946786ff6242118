package dev.fusedvae.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.Vae;
import dev.fusedvae.lab.Conditions;
import dev.fusedvae.reproduce.Case;
import dev.fusedvae.reproduce.Check;
import dev.fusedvae.reproduce.Material;
import dev.fusedvae.reproduce.Outcome;
import dev.fusedvae.reproduce.Reproduction;
import dev.fusedvae.reproduce.Row;
import dev.fusedvae.reproduce.Table;
import dev.fusedvae.reproduce.Verdict;
import dev.fusedvae.results.Json;
import dev.fusedvae.run.History;
import dev.fusedvae.run.RunOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Reproduces published figures.
@Command(name = "reproduce", description = {"Train the setups of published figures and say whether the figures come out.",
    "NAME is a row of --list, or ROW/CASE for one of its cases; without names, the quick rows.",
    "Exits with 7 if a figure lies outside its band. Stop it with Ctrl-C and go on with --resume."},
        footer = {"  ${ROOT-COMMAND-NAME} reproduce linear-pca ring", "  ${ROOT-COMMAND-NAME} reproduce iwae-short/iwae-5 --out runs/figures --resume"})
final class ReproduceCommand extends FvaeCommand {

    @Parameters(arity = "0..*", paramLabel = "NAME", description = "rows or cases to run (default: the quick ones)")
    List<String> names = new ArrayList<>();

    @Option(names = "--list", order = 0, description = "list the figures, their setups and bands; run nothing")
    boolean list;

    @Option(names = "--out", paramLabel = "DIR", order = 1, description = "folder of models, checkpoints and results (default: ${DEFAULT-VALUE})")
    Path out = Path.of("runs", "reproduce");

    @Option(names = "--resume", order = 2, description = "keep results that are there, go on with what was stopped")
    boolean resume;

    @Option(names = "--epochs", paramLabel = "N", order = 3, description = "train for N epochs instead of the published number; the band then"
            + " does not apply, and the result says so")
    Optional<Integer> epochs = Optional.empty();

    @Option(names = "--data-dir", paramLabel = "DIR", order = 4, description = "where to look for the data first")
    Optional<Path> dataDir = Optional.empty();

    @Mixin(name = "Engine")
    EngineOptions engine = new EngineOptions();

    ReproduceCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        UsageException.require(epochs.orElse(1) >= 1, "--epochs must be >= 1, got %d", epochs.orElse(1));
        List<Reproduction> chosen = chosen();
        if (list) {
            listed();
            return Exit.OK;
        }
        RunOptions options = RunOptions.defaults().withBackend(engine.choice()).withFusion(engine.fusion());
        Outputs.folder(out);
        // checked before the first case, which may take hours: the reasons for which a later one would be refused
        chosen.forEach(resume ? Reproduction::finished : Reproduction::refuseUnfinished);
        // open until all is printed: once it is closed the JVM may end
        try (Interruption interruption = Interruption.listen(() -> terminal.say("\nfvae: stopping; what is done is kept"))) {
            Optional<List<Outcome>> outcomes = outcomes(chosen, options, interruption);
            if (outcomes.isEmpty()) {
                terminal.say("fvae: go on with: " + again(out));
                return Exit.INTERRUPTED;
            }
            report(outcomes.get());
            return outcomes.get().stream().anyMatch(o -> o.verdict() == Verdict.FAIL) ? Exit.MISSED : Exit.OK;
        }
    }

    /// One after the other; empty if interrupted.
    private Optional<List<Outcome>> outcomes(List<Reproduction> chosen, RunOptions options, Interruption interruption) {
        List<Outcome> outcomes = new ArrayList<>();
        for (Reproduction one : chosen) {
            Optional<Outcome> kept = resume ? one.finished() : Optional.empty();
            Optional<Outcome> outcome = interruption.requested() ? Optional.empty() : kept.or(() -> run(one, options, interruption));
            if (outcome.isEmpty()) {
                return Optional.empty();
            }
            outcomes.add(outcome.get());
            say("%s: %s", name(outcome.get()), kept.isPresent() ? "kept from " + kept.get().machine().get("date") : outcome.get().verdict().words());
        }
        return Optional.of(outcomes);
    }

    /// The cases that were named, each with the folder it belongs into.
    private List<Reproduction> chosen() {
        List<Reproduction> chosen = new ArrayList<>();
        List<String> all = names.isEmpty() ? Table.rows().stream().filter(Row::quick).map(Row::name).toList() : names;
        for (String name : all) {
            String[] parts = name.split("/", 2);
            Row row = Table.find(parts[0]).orElseThrow(() -> new UsageException("no figure is called '" + parts[0] + "'; there are "
                    + Table.rows().stream().map(Row::name).collect(Collectors.joining(", "))));
            List<Case> cases = row.cases().stream().filter(c -> parts.length == 1 || c.name().equals(parts[1])).toList();
            UsageException.require(!cases.isEmpty(), "%s has no case '%s'; it has %s", row.name(), parts[parts.length - 1],
                    row.cases().stream().map(Case::name).collect(Collectors.joining(", ")));
            for (Case c : cases) {
                chosen.add(new Reproduction(row.name(), epochs.map(c::withEpochs).orElse(c), c.train().epochs(),
                        row.cases().size() == 1 ? out.resolve(row.name()) : out.resolve(row.name()).resolve(c.name())));
            }
        }
        return chosen.stream().distinct().toList();
    }

    /// Trains and measures; empty if interrupted.
    private Optional<Outcome> run(Reproduction one, RunOptions options, Interruption interruption) {
        Case task = one.task();
        if (task.train().epochs() != one.publishedEpochs()) {
            say("fvae: %s: %d epochs instead of the %d published: its band does not apply", one.row(), task.train().epochs(), one.publishedEpochs());
        }
        Material.Data data = task.material().load(dataDir, terminal.env());
        Reproduction.Run run = train(one, data, options, interruption);
        try (Vae vae = run.vae()) {
            if (vae.history().ending() == History.Ending.CANCELLED) {
                terminal.say("fvae: interrupted in %s after %d of %d epochs".formatted(one.row(), vae.history().epochs().size(), task.train().epochs()));
                return Optional.empty();
            }
            Optional<Outcome> outcome = measure(one, run, data, interruption);
            outcome.ifPresent(done -> LecturePictures.ofFigure(one, vae));
            return outcome;
        }
    }

    /// Measures; empty if interrupted: the model is in its folder, so that only the measurement starts anew.
    private Optional<Outcome> measure(Reproduction one, Reproduction.Run run, Material.Data data, Interruption interruption) {
        say("%s: measuring", one.row());
        Countdown countdown = new Countdown(terminal, quiet, data.measured().size());
        try {
            return Optional.of(one.measure(run, data, conditions(), done -> {
                if (interruption.requested()) {
                    throw new CancellationException();
                }
                countdown.done(done);
            }));
        } catch (CancellationException e) {
            terminal.say("fvae: interrupted while measuring %s; its model is kept and will be measured anew".formatted(one.row()));
            return Optional.empty();
        }
    }

    /// What a result says of where it was measured.
    private static Map<String, String> conditions() {
        Map<String, String> facts = Machine.facts();
        Conditions.cpu(Path.of("/proc/cpuinfo")).ifPresent(cpu -> facts.put("cpu", cpu));
        facts.put("commit", Conditions.commit(LabOptions.root()));
        return facts;
    }

    private Reproduction.Run train(Reproduction one, Material.Data data, RunOptions options, Interruption interruption) {
        try (ProgressView view = new ProgressView(terminal, quiet, interruption::requested)) {
            return one.train(data, options, resume, view);
        }
    }

    private void listed() {
        if (json) {
            ObjectNode root = Json.object();
            root.set("rows", Json.tree(Table.rows().stream().map(ReproduceCommand::facts).toList()));
            print(root);
            return;
        }
        for (Row row : Table.rows()) {
            print(row.name() + (row.quick() ? "  (quick)" : ""));
            print("  setup   " + row.setup());
            if (row.cases().size() > 1) {
                print("  cases   " + row.cases().stream().map(Case::name).collect(Collectors.joining(", ")));
            }
            print("  figure  " + row.figure() + " (" + row.source() + ")");
            print("  passes  " + row.band());
            print("  takes   " + row.effort() + " on two quiet cores");
        }
    }

    private static ObjectNode facts(Row row) {
        ObjectNode node = Json.object();
        node.put("name", row.name());
        node.put("setup", row.setup());
        node.put("figure", row.figure());
        node.put("source", row.source());
        node.put("band", row.band());
        node.put("effort", row.effort());
        node.put("quick", row.quick());
        ArrayNode cases = node.putArray("cases");
        row.cases().forEach(c -> cases.add(c.name()));
        return node;
    }

    private void report(List<Outcome> outcomes) {
        if (json) {
            ObjectNode root = Json.object();
            ArrayNode results = root.putArray("results");
            outcomes.forEach(o -> results.add(o.json()));
            print(root);
            return;
        }
        TextTable table = new TextTable("figure", "quantity", "got", "passes", "verdict", "epochs", "training", "measuring").right(2, 5, 6, 7);
        for (Outcome o : outcomes) {
            boolean first = true;
            for (Check c : o.checks()) {
                table.row(first ? name(o) : "", c.what(), Check.number(c.got()), c.band(), first ? o.verdict().words() : "",
                        first ? o.epochs() + (o.epochs() == o.publishedEpochs() ? "" : " of " + o.publishedEpochs()) : "",
                        first ? Units.seconds(o.trainSeconds()) : "", first ? Units.seconds(o.measureSeconds()) : "");
                first = false;
            }
        }
        table.lines().forEach(this::print);
        outcomes.stream().map(o -> o.machine().get("machine") + "; " + o.machine().get("backend") + ": " + o.machine().get("device"))
                .distinct().forEach(m -> print("on " + m));
    }

    private static String name(Outcome o) {
        return o.row().equals(o.name()) ? o.row() : o.row() + "/" + o.name();
    }
}
