package dev.fusedvae.cli;

import dev.fusedvae.io.Json;
import dev.fusedvae.lab.ReadmeTable;
import java.nio.file.Path;
import picocli.CommandLine.Command;

/// Brings the README up to date.
@Command(name = "readme", description = "Make the README's table and picture from the newest contest in bench/results.", footer = "  fvae lab readme")
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
            print("README.md and bench/pictures/peers.svg are of " + source);
        }
        return Exit.OK;
    }
}
