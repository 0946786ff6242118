package dev.fusedvae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.CatalogueEntry;
import dev.fusedvae.fetch.Fetcher;
import dev.fusedvae.results.Json;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Downloads a data set.
@Command(name = "fetch", description = "Download a data set, check its SHA-256, and keep it where every command finds it.",
        footer = "  ${ROOT-COMMAND-NAME} data fetch mnist")
final class DataFetchCommand extends FvaeCommand {

    @Parameters(paramLabel = "NAME", description = "mnist or fashion-mnist")
    String name;

    @Option(names = "--data-dir", paramLabel = "DIR", description = "put it into DIR/NAME instead of the cache folder")
    Optional<Path> dataDir = Optional.empty();

    DataFetchCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        UsageException.require(Catalogue.has(name), "no data set is called '%s'; the catalogue has %s", name,
                String.join(", ", Catalogue.entries().stream().map(CatalogueEntry::name).toList()));
        CatalogueEntry entry = Catalogue.shape(name);
        if (entry.files().isEmpty()) {
            report(name + " is inside the program: use it as --data " + name, Optional.empty());
            return Exit.OK;
        }
        Path folder = dataDir.map(dir -> dir.resolve(name)).orElseGet(() -> Catalogue.cacheFolder(name, terminal.env()));
        Fetcher.standard(line -> say("%s", line)).fetch(entry, folder);
        report(name + " is in " + folder + ": use it as --data " + name
                + dataDir.map(dir -> " --data-dir " + dir).orElse(""), Optional.of(folder));
        return Exit.OK;
    }

    private void report(String sentence, Optional<Path> folder) {
        if (json) {
            ObjectNode root = Json.object();
            root.put("name", name);
            root.put("folder", folder.map(Path::toString).orElse(null));
            print(root);
        } else {
            print(sentence);
        }
    }
}
