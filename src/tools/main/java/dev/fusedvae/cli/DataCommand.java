package dev.fusedvae.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The parent of `data list` and `data fetch`.
@Command(name = "data", mixinStandardHelpOptions = true, versionProvider = Version.class, synopsisSubcommandLabel = "COMMAND",
        usageHelpAutoWidth = true, description = "The data sets known by name: where they are, and how to get them.",
        commandListHeading = "%nCommands:%n", optionListHeading = "%n")
final class DataCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command: list or fetch");
    }
}
