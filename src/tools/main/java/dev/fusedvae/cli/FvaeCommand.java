package dev.fusedvae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.io.IoFailure;
import dev.fusedvae.results.Json;
import dev.fusedvae.results.Program;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// What all commands share: help, `--json`, `--quiet`, and the terminal.
@Command(mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false, abbreviateSynopsis = true,
        usageHelpAutoWidth = true, descriptionHeading = "%n", optionListHeading = "%n", footerHeading = "%nExample:%n",
        parameterListHeading = "%n", synopsisHeading = "Usage: ")
abstract class FvaeCommand implements Callable<Integer> {
    final Terminal terminal;

    @Option(names = "--json", order = 90, description = "print one JSON object on stdout")
    boolean json;

    @Option(names = {"-q", "--quiet"}, order = 91, description = "no progress on stderr")
    boolean quiet;

    @Option(names = "--stacktrace", hidden = true, description = "show where an internal error came from")
    boolean stacktrace;

    @Spec
    CommandSpec spec;

    FvaeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /// Does the work; failures are exceptions.
    abstract Exit execute();

    @Override
    public Integer call() {
        Exit exit = execute();
        terminal.out().flush();
        if (terminal.out().checkError()) {
            throw new IoFailure("cannot write the results to stdout: it is closed or full; check where it goes");
        }
        return exit.code();
    }

    /// The command line as it was given.
    List<String> words() {
        List<String> words = new ArrayList<>(List.of(Program.name()));
        words.addAll(spec.commandLine().getParseResult().originalArgs());
        return words;
    }

    /// The command line that goes on with the training in `folder`.
    String again(Path folder) {
        List<String> words = words();
        if (words.stream().noneMatch(w -> w.equals("--out") || w.startsWith("--out="))) {
            words.addAll(List.of("--out", folder.toString()));
        }
        if (!words.contains("--resume")) {
            words.add("--resume");
        }
        return words.stream().map(w -> w.matches("[-\\w./=,:+@%]+") ? w : "'" + w.replace("'", "'\\''") + "'").collect(Collectors.joining(" "));
    }

    /// A message for the user, beside the results.
    void say(String format, Object... args) {
        if (!quiet) {
            terminal.say(format.formatted(args));
        }
    }

    void print(String line) {
        terminal.out().println(line);
    }

    void print(ObjectNode result) {
        terminal.out().print(Json.pretty(result));
    }
}
