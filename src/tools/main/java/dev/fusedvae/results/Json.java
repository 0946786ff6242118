package dev.fusedvae.results;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.io.AtomicFile;
import dev.fusedvae.io.IoFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// JSON files: read with an error that names file and line, written pretty and atomically.
///
/// Reading is strict: one value, no text after it, no name twice in an object.
public final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final ObjectWriter PRETTY = MAPPER.writer(printer());

    private Json() {}

    /// The value that `file` holds.
    public static JsonNode read(Path file) {
        try {
            return parse(Files.readString(file), file.toString());
        } catch (IOException e) {
            throw IoFailure.reading(file, e);
        }
    }

    /// The value of `text`; `source` names it in an error.
    public static JsonNode parse(String text, String source) {
        try {
            JsonNode node = MAPPER.readTree(text);
            if (node == null || node.isMissingNode()) {
                throw new IoFailure(source + " is empty; a JSON value was expected");
            }
            return node;
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            String where = at == null ? "" : ", line " + at.getLineNr() + ", column " + at.getColumnNr();
            throw new IoFailure(source + " is not valid JSON" + where + ": " + firstLine(e.getOriginalMessage())
                    + "; correct it there or write the file again", e);
        }
    }

    /// An empty object to fill.
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /// A record, map, list or node as a tree.
    public static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    /// `value` on one line.
    public static String compact(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw unwritable(value, e);
        }
    }

    /// `value` indented by two spaces, with a final newline, the same on every platform.
    public static String pretty(Object value) {
        try {
            return PRETTY.writeValueAsString(value) + "\n";
        } catch (JsonProcessingException e) {
            throw unwritable(value, e);
        }
    }

    /// Writes `value` to `file`, pretty and atomically.
    public static void write(Path file, Object value) {
        AtomicFile.write(file, pretty(value));
    }

    private static IllegalArgumentException unwritable(Object value, JsonProcessingException e) {
        return new IllegalArgumentException("a " + value.getClass().getName() + " cannot be written as JSON ("
                + firstLine(e.getOriginalMessage()) + "); use records, maps, lists, numbers and strings", e);
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("");
    }

    private static DefaultPrettyPrinter printer() {
        DefaultIndenter indent = new DefaultIndenter("  ", "\n");
        return new DefaultPrettyPrinter(Separators.createDefaultInstance()
                        .withObjectFieldValueSpacing(Separators.Spacing.AFTER))
                .withObjectIndenter(indent);
    }
}
