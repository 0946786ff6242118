package dev.fusedvae.bench;

import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `fvae bench`: measurements, and what is made of them.
@Command(name = "fvae bench", mixinStandardHelpOptions = true, description = "Measure this engine, alone and against others.",
        subcommands = PeersCommand.class, synopsisSubcommandLabel = "WHAT")
public final class Main implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    private Main() {}

    public static void main(String[] args) {
        CommandLine line = new CommandLine(new Main());
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            System.err.println("fvae bench: " + Optional.ofNullable(e.getMessage()).orElse(e.toString()));
            return 1;
        });
        System.exit(line.execute(args));
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "name what to measure");
    }
}
