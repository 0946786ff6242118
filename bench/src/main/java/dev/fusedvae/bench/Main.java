package dev.fusedvae.bench;

import dev.fusedvae.io.IoFailure;
import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.Conditions;
import dev.fusedvae.results.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `fvae bench`: measurements, and what is made of them.
@Command(name = "fvae bench", mixinStandardHelpOptions = true, subcommands = {PeersCommand.class, CompareCommand.class}, description = {
    "Measure this engine by JMH; without WHAT, everything. Results go to bench/results, a table to stdout.",
    "Exit codes: 0 done, 1 a measurement failed or allocated, 2 usage, 3 a file that cannot be read or written."})
public final class Main implements Callable<Integer> {
    /// Bad data, in the words of `fvae`.
    static final int DATA = 3;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Parameters(paramLabel = "WHAT", description = "kernels, steps, epochs, inference, data, noise, launch: any of them")
    private List<String> what = List.of();

    @Option(names = "--json", description = "print the results as JSON")
    private boolean json;

    @Option(names = "--quick", description = "one short fork each: everything within five minutes, a quick look; too short for a table")
    private boolean quick;

    @Option(names = "--out", paramLabel = "FILE", description = "the results file (default: bench/results/DATE-MACHINE-WHAT.json)")
    private Optional<Path> out = Optional.empty();

    private Main() {}

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main()).setCommandName(Program.name() + " bench");
        line.setParameterExceptionHandler((e, arguments) -> {
            String name = e.getCommandLine().getCommandSpec().qualifiedName();
            System.err.println("fvae bench: " + e.getMessage() + "; see " + name + " --help");
            return CommandLine.ExitCode.USAGE;
        });
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            System.err.println("fvae bench: " + Optional.ofNullable(e.getMessage()).orElse(e.toString()));
            return switch (e) {
                case IoFailure f -> DATA;
                case UncheckedIOException f -> DATA;
                case IOException f -> DATA;
                default -> 1;
            };
        });
        return line;
    }

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    @Override
    public Integer call() throws IOException, Harness.Crashed {
        Set<String> asked = asked();
        String name = (asked.size() == Suite.WHAT.size() ? "all" : String.join("+", asked)) + (quick ? "-quick" : "");
        Path file = out.orElseGet(() -> Outputs.results(name));
        Outputs.require(file);
        Harness harness = new Harness(quick ? Task.Length.QUICK : Task.Length.FULL);
        List<BenchResults.Row> rows = new ArrayList<>();
        List<String> broken = new ArrayList<>();
        for (Task task : Suite.of(asked, quick)) {
            for (BenchResults.Row row : harness.run(task)) {
                rows.add(row);
                Harness.broken(task, row).ifPresent(broken::add);
            }
        }
        BenchResults results = new BenchResults(name, environment(), rows);
        results.write(file);
        if (json) {
            System.out.println(results.tree().toPrettyString());
        } else {
            Tables.rows(results).forEach(System.out::println);
        }
        System.err.println("wrote " + file);
        broken.forEach(line -> System.err.println("fvae bench: " + line + (quick ? " (not judged: --quick does not wait until all is compiled)" : "")));
        return broken.isEmpty() || quick ? 0 : 1;
    }

    private Map<String, String> environment() {
        Map<String, String> environment = Conditions.of("cpu, " + Runtime.getRuntime().availableProcessors() + " threads", Outputs.root());
        environment.put("driver", Devices.driver());
        environment.put("transparentHugePages", Devices.hugePages());
        environment.put("allocation", Harness.EXPLAINED);
        environment.put("harness", "JMH 1.37, a sample is an iteration" + (quick ? "; --quick: too short for a table" : ""));
        return environment;
    }

    private Set<String> asked() {
        for (String word : what) {
            if (!Suite.WHAT.contains(word)) {
                throw new CommandLine.ParameterException(spec.commandLine(), "there is no benchmark '" + word + "'; name "
                        + String.join(", ", Suite.WHAT) + ", peers or compare, or nothing for all but those two");
            }
        }
        Set<String> asked = new LinkedHashSet<>(Suite.WHAT);
        if (!what.isEmpty()) {
            asked.retainAll(what);
        }
        return asked;
    }
}
