package dev.fusedvae.cli;

import dev.fusedvae.lab.ReadmeTable;
import dev.fusedvae.results.Json;
import java.nio.file.Path;
import picocli.CommandLine.Command;

/// Brings the README up to date.
@Command(name = "readme", description = "Make the README's table and pictures from the newest contest, ablation and scale in bench/results.", footer = "  ${ROOT-COMMAND-NAME} lab readme")
final class LabReadmeCommand extends FvaeCommand {

    LabReadmeCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        Path source = new ReadmeTable(LabOptions.root()).write();
        if (json) {
            print(Json.object().put("source", source.toString()));
        } else {
            print("the table of README.md is of " + source + ", and bench/pictures of the newest results of each kind");
        }
        return Exit.OK;
    }
}
