package dev.fusedvae.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Pictures and pages from results files.
@Command(name = "lab", mixinStandardHelpOptions = true, description = "Make pictures and the README's table from results files.", synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n")
final class LabCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command: plot or readme");
    }
}
