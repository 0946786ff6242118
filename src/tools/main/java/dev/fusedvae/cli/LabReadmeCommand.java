package dev.fusedvae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.lab.ReadmePages;
import dev.fusedvae.results.Json;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;

/// Brings the figures of the pages up to date.
@Command(name = "readme", description = "Fill in the figures and pictures of README.md and bench/README.md from the newest files of bench/results.", footer = "  ${ROOT-COMMAND-NAME} lab readme")
final class LabReadmeCommand extends FvaeCommand {

    LabReadmeCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        List<Path> sources = new ReadmePages(LabOptions.root()).write();
        if (json) {
            ObjectNode root = Json.object();
            root.set("sources", Json.tree(sources.stream().map(Path::toString).toList()));
            print(root);
        } else {
            sources.forEach(source -> print("read " + source));
            print("README.md, bench/README.md and bench/pictures are of these results");
        }
        return Exit.OK;
    }
}
