package dev.fusedvae.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.CatalogueEntry;
import dev.fusedvae.data.Lookup;
import dev.fusedvae.results.Json;
import dev.fusedvae.results.Program;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Shows the catalogue.
@Command(name = "list", description = "Show the data sets known by name and every place where they were looked for.",
        footer = "  ${ROOT-COMMAND-NAME} data list --data-dir ~/datasets")
final class DataListCommand extends FvaeCommand {

    @Option(names = "--data-dir", paramLabel = "DIR", description = "where to look first")
    Optional<Path> dataDir = Optional.empty();

    DataListCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        ObjectNode root = Json.object();
        ArrayNode sets = root.putArray("data");
        for (CatalogueEntry entry : Catalogue.entries()) {
            Lookup lookup = Catalogue.lookup(entry.name(), dataDir, terminal.env());
            if (json) {
                describe(sets.addObject(), entry, lookup);
            } else {
                print("%s: %s".formatted(entry.name(), entry.title()));
                print("  %d train, %d test, %s, %d classes, %s".formatted(
                        entry.trainSize(), entry.testSize(), entry.image(), entry.classes(), entry.licence()));
                lookup.places().forEach(place -> print((place.found() ? "  + " : "  - ") + place));
                if (lookup.found().isEmpty()) {
                    print("  get it with: " + Program.name() + " data fetch " + entry.name());
                }
            }
        }
        if (json) {
            print(root);
        }
        return Exit.OK;
    }

    private static void describe(ObjectNode node, CatalogueEntry entry, Lookup lookup) {
        node.put("name", entry.name());
        node.put("title", entry.title());
        node.put("licence", entry.licence());
        node.put("train", entry.trainSize());
        node.put("test", entry.testSize());
        node.put("shape", entry.image().toString());
        node.put("classes", entry.classes());
        node.put("found", lookup.found().isPresent());
        ArrayNode places = node.putArray("places");
        for (Lookup.Place place : lookup.places()) {
            ObjectNode p = places.addObject();
            p.put("origin", place.origin());
            p.put("folder", place.folder().map(Path::toString).orElse(null));
            p.put("found", place.found());
            p.put("reason", place.found() ? null : place.reason());
        }
    }
}
