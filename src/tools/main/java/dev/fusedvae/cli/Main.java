package dev.fusedvae.cli;

import dev.fusedvae.data.CatalogueException;
import dev.fusedvae.io.OccupiedFolder;
import dev.fusedvae.results.Program;
import dev.fusedvae.run.TrainingDiverged;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/// The program `fvae`.
@Command(name = "fvae", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false,
        synopsisSubcommandLabel = "COMMAND", usageHelpAutoWidth = true,
        description = "Variational autoencoders on hand-written kernels: train, look, score.",
        commandListHeading = "%nCommands:%n", optionListHeading = "%n",
        footer = {"", "Start with `${ROOT-COMMAND-NAME} demo`; `${ROOT-COMMAND-NAME} COMMAND --help` explains a command.",
            "From a source tree also `${ROOT-COMMAND-NAME} test` and `${ROOT-COMMAND-NAME} bench WHAT`.",
            "Exit codes: 0 ok, 2 usage, 3 data or files, 4 backend unavailable, 5 training diverged, 6 wrong kernel, 7 figure missed, 130 interrupted."})
public final class Main implements Runnable {

    @Spec
    private CommandSpec spec;

    private Main() {}

    /// Runs a command and ends the process with its exit code.
    public static void main(String[] args) {
        Terminal terminal = Terminal.system();
        int code = run(terminal, args);
        terminal.out().flush();
        terminal.err().flush();
        System.exit(code);
    }

    /// Runs a command on the given terminal and returns its exit code; never throws for a failure.
    static int run(Terminal terminal, String... args) {
        CommandLine line = new CommandLine(new Main()).setCommandName(Program.name());
        for (FvaeCommand command : commands(terminal)) {
            line.addSubcommand(command);
        }
        CommandLine data = new CommandLine(new DataCommand());
        data.addSubcommand(new DataListCommand(terminal)).addSubcommand(new DataFetchCommand(terminal));
        line.addSubcommand(data);
        line.addSubcommand(new CommandLine(new KernelsCommand(terminal)).addSubcommand(new KernelsShowCommand(terminal)).addSubcommand(new KernelsNewCommand(terminal)));
        line.addSubcommand(new CommandLine(new LabCommand()).addSubcommand(new LabPlotCommand(terminal)).addSubcommand(new LabReadmeCommand(terminal)));
        Ansi ansi = terminal.colour() ? Ansi.ON : Ansi.OFF;
        line.setColorScheme(CommandLine.Help.defaultColorScheme(ansi))
                .setOut(new PrintWriter(terminal.out(), true)).setErr(new PrintWriter(terminal.err(), true))
                .setUsageHelpLongOptionsMaxWidth(28)
                .setParameterExceptionHandler((e, given) -> misused(terminal, e))
                .setExecutionExceptionHandler((e, command, parsed) -> failed(terminal, e, command.getCommand()));
        OptionSections.install(line);
        try {
            return line.execute(args);
        } catch (OutOfMemoryError e) {
            terminal.say("fvae: not enough memory (%s); give the JVM more with FVAE_JAVA_OPTS=-Xmx8g, or use a smaller model, batch or data set"
                    .formatted(e.getMessage()));
            return Exit.INTERNAL.code();
        }
    }

    private static List<FvaeCommand> commands(Terminal terminal) {
        return List.of(new DemoCommand(terminal), new TrainCommand(terminal), new EvalCommand(terminal),
                new SampleCommand(terminal), new ReconstructCommand(terminal), new InterpolateCommand(terminal),
                new ManifoldCommand(terminal), new TraverseCommand(terminal), new GalleryCommand(terminal), new EncodeCommand(terminal),
                new DecodeCommand(terminal), new ScoreCommand(terminal), new RbmCommand(terminal), new CompareCommand(terminal),
                new ReproduceCommand(terminal), new ExplainCommand(terminal), new AblateCommand(terminal), new ScaleCommand(terminal),
                new VerifyCommand(terminal), new LadderCommand(terminal), new DoctorCommand(terminal));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command");
    }

    private static int misused(Terminal terminal, ParameterException e) {
        CommandSpec command = e.getCommandLine().getCommandSpec();
        String sentence = switch (e) {
            case UnmatchedArgumentException unmatched -> unmatched(command, unmatched.getUnmatched().getFirst());
            case ParameterException other when !other.getClass().equals(ParameterException.class) -> sentence(other) + "; see "; // not of a value
            default -> ill(e).orElseGet(() -> sentence(e)) + "; see ";
        };
        terminal.say("fvae: " + sentence + command.qualifiedName() + " --help");
        return Exit.USAGE.code();
    }

    /// What is wrong with a word that the command has no place for, up to the command to see.
    private static String unmatched(CommandSpec command, String word) {
        Optional<String> near = Spelling.nearest(word, names(command));
        String fault = word.startsWith("-") ? "there is no option " + word
                : !command.subcommands().isEmpty() ? "there is no command '" + word + "'" : "'" + word + "' is one argument too many";
        if (near.isEmpty() && !word.startsWith("-") && command.optionsMap().containsKey("--data")) {
            near = Optional.of("--data " + word);
        }
        return fault + near.map(n -> "; did you mean " + n + "? See ").orElse("; see ");
    }

    /// The sentence on a value that is not of an option's type, where picocli speaks of Java's types.
    private static Optional<String> ill(ParameterException e) {
        return Optional.ofNullable(e.getArgSpec()).filter(ArgSpec::isOption).filter(arg -> e.getValue() != null).flatMap(arg -> {
            Class<?> type = arg.isMultiValue() || arg.typeInfo().isOptional() ? arg.auxiliaryTypes()[0] : arg.type();
            String wanted = type == int.class || type == Integer.class || type == long.class || type == Long.class ? "a whole number"
                    : type == double.class || type == Double.class ? "a number" : "";
            return Optional.of(((OptionSpec) arg).longestName() + " takes " + wanted + ", got '" + e.getValue() + "'").filter(s -> !wanted.isEmpty());
        });
    }

    /// All that could have been meant in a command's place.
    private static List<String> names(CommandSpec command) {
        return Stream.concat(command.subcommands().keySet().stream(), command.optionsMap().keySet().stream()).toList();
    }

    private static int failed(Terminal terminal, Exception e, Object command) {
        Exit exit = Exit.of(e);
        boolean trace = command instanceof FvaeCommand fvae && fvae.stacktrace;
        if (trace) {
            e.printStackTrace(terminal.err());
        } else if (exit == Exit.INTERNAL) {
            terminal.say("fvae: internal error: " + e + "; this is a bug: please report it with the output of the same command and --stacktrace");
        } else {
            terminal.say("fvae: " + sentence(e) + switch (e) {
                case CatalogueException absent -> remedy(absent);
                case OccupiedFolder occupied -> remedy(occupied);
                case TrainingDiverged _ when command instanceof TrainCommand || command instanceof RbmCommand -> "; to start anew there add --force";
                default -> "";
            });
        }
        return exit.code();
    }

    private static String remedy(OccupiedFolder occupied) {
        return switch (occupied.holds()) {
            case RUNNING -> " by --out";
            case UNFINISHED -> ": --resume, --out or --force";
            case MODEL -> ": --out or --force";
        };
    }

    /// What the command line can do where the library only says what is missing.
    private static String remedy(CatalogueException absent) {
        return "; `%1$s data fetch %2$s` downloads it, --data-dir names a folder that has it".formatted(Program.name(), absent.dataSet());
    }

    private static String sentence(Exception e) {
        String message = Optional.ofNullable(e.getMessage()).orElseGet(() -> e.getClass().getSimpleName());
        return Arrays.stream(message.split("\\R")).map(String::strip).filter(s -> !s.isEmpty()).reduce((a, b) -> a + " " + b).orElse("");
    }
}
