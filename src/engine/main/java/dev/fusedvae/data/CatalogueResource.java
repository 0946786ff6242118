package dev.fusedvae.data;

import dev.fusedvae.data.CatalogueEntry.IdxFiles;
import dev.fusedvae.data.CatalogueEntry.PinnedFile;
import dev.fusedvae.json.Fields;
import dev.fusedvae.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The file `catalogue.json` inside the jar.
final class CatalogueResource {

    private CatalogueResource() {}

    /// The entries by name, in the order of the file.
    static Map<String, CatalogueEntry> read() {
        try (InputStream in = Catalogue.class.getResourceAsStream("catalogue.json")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            Fields all = new Fields(Json.parse(text, "catalogue.json inside the jar"), "catalogue.json inside the jar");
            Map<String, CatalogueEntry> entries = new LinkedHashMap<>();
            all.names().forEach(name -> entries.put(name, entry(name, all.object(name))));
            return entries;
        } catch (IOException e) {
            throw new UncheckedIOException("catalogue.json inside the jar is damaged", e);
        }
    }

    private static CatalogueEntry entry(String name, Fields f) {
        ImageShape image = new ImageShape(f.whole("height"), f.whole("width"), f.whole("channels"));
        Optional<IdxFiles> files = f.has("files") ? Optional.of(files(f.object("files"))) : Optional.empty();
        return new CatalogueEntry(name, f.text("title"), f.text("licence"), image, f.whole("classes"), f.whole("train"), f.whole("test"),
                f.whole("fullScale"), f.has("resource") ? Optional.of(f.text("resource")) : Optional.empty(), files,
                f.has("subfolders") ? f.texts("subfolders") : List.of(), f.has("mirrors") ? f.texts("mirrors") : List.of());
    }

    private static IdxFiles files(Fields f) {
        return new IdxFiles(pinned(f.object("trainImages")), pinned(f.object("trainLabels")), pinned(f.object("testImages")),
                pinned(f.object("testLabels")));
    }

    private static PinnedFile pinned(Fields f) {
        return new PinnedFile(f.text("name"), f.wholeLong("bytes"), f.text("sha256"));
    }
}
