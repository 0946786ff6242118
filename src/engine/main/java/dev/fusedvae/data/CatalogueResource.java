package dev.fusedvae.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fusedvae.data.CatalogueEntry.IdxFiles;
import dev.fusedvae.data.CatalogueEntry.PinnedFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/// The file `catalogue.json` inside the jar.
final class CatalogueResource {

    private CatalogueResource() {}

    /// The entries by name, in the order of the file.
    static Map<String, CatalogueEntry> read() {
        try (InputStream in = Catalogue.class.getResourceAsStream("catalogue.json")) {
            Map<String, CatalogueEntry> entries = new LinkedHashMap<>();
            new ObjectMapper().readTree(in).properties().forEach(e -> entries.put(e.getKey(), entry(e.getKey(), e.getValue())));
            return entries;
        } catch (IOException e) {
            throw new UncheckedIOException("catalogue.json inside the jar is damaged", e);
        }
    }

    private static CatalogueEntry entry(String name, JsonNode json) {
        ImageShape image = new ImageShape(json.required("height").intValue(), json.required("width").intValue(), json.required("channels").intValue());
        Optional<IdxFiles> files = Optional.ofNullable(json.get("files")).map(f -> new IdxFiles(
                pinned(f.required("trainImages")), pinned(f.required("trainLabels")), pinned(f.required("testImages")), pinned(f.required("testLabels"))));
        return new CatalogueEntry(name, json.required("title").textValue(), json.required("licence").textValue(), image,
                json.required("classes").intValue(), json.required("train").intValue(), json.required("test").intValue(),
                json.required("fullScale").intValue(), Optional.ofNullable(json.get("resource")).map(JsonNode::textValue), files,
                texts(json.path("subfolders")), texts(json.path("mirrors")));
    }

    private static PinnedFile pinned(JsonNode json) {
        return new PinnedFile(json.required("name").textValue(), json.required("bytes").longValue(), json.required("sha256").textValue());
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).map(JsonNode::textValue).toList();
    }
}
