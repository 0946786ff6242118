package dev.fusedvae.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.fusedvae.io.AtomicFile;
import dev.fusedvae.io.IoFailure;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// JSON files: read with an error that names file and line, written pretty and atomically.
///
/// Reading is strict: one value, no text after it, no name twice in an object, no nesting beyond [#MAX_DEPTH].
public final class Json {
    /// How deep objects and lists of a file may be nested.
    static final int MAX_DEPTH = 100;

    private static final JsonFactory FACTORY = new JsonFactory().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private Json() {}

    /// The JSON value in `file`.
    public static Object read(Path file) {
        try {
            return parse(Files.readString(file), file.toString());
        } catch (IOException e) {
            throw IoFailure.reading(file, e);
        }
    }

    /// The value of `text`; `source` names it in an error.
    public static Object parse(String text, String source) {
        try (JsonParser parser = FACTORY.createParser(text)) {
            if (parser.nextToken() == null) {
                throw new IoFailure(source + " is empty; a JSON value was expected");
            }
            Object value = value(parser, source, 0);
            if (parser.nextToken() != null) {
                throw invalid(source, place(parser), "text follows the value", Optional.empty());
            }
            return value;
        } catch (JsonProcessingException e) {
            throw invalid(source, e.getLocation(), e.getOriginalMessage().lines().findFirst().orElse(""), Optional.of(e));
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
    }

    /// The object of `text`.
    public static JsonObject parseObject(String text, String source) {
        return parse(text, source) instanceof JsonObject object ? object : notAnObject(source);
    }

    private static JsonObject notAnObject(String source) {
        throw new IoFailure(source + " must be a JSON object; write the file again");
    }

    private static IoFailure invalid(String source, JsonLocation at, String what, Optional<JsonProcessingException> cause) {
        String where = at == null ? "" : ", line " + at.getLineNr() + ", column " + at.getColumnNr();
        String message = source + " is not valid JSON" + where + ": " + what + "; correct it there or write the file again";
        return cause.map(e -> new IoFailure(message, e)).orElseGet(() -> new IoFailure(message));
    }

    /// Calls the deprecated method because Jackson's newer name for it is missing in early 2.x versions.
    @SuppressWarnings("deprecation")
    private static JsonLocation place(JsonParser parser) {
        return parser.getTokenLocation();
    }

    private static Object value(JsonParser parser, String source, int depth) throws IOException {
        if (depth > MAX_DEPTH) {
            throw invalid(source, place(parser), "objects and lists are nested more than " + MAX_DEPTH + " deep", Optional.empty());
        }
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> object(parser, source, depth);
            case START_ARRAY -> list(parser, source, depth);
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER ? parser.getBigIntegerValue() : (Object) parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> JsonObject.NULL;
            case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
                    throw new IllegalStateException("a parser of text gave " + token + " where a value begins");
        };
    }

    private static JsonObject object(JsonParser parser, String source, int depth) throws IOException {
        JsonObject object = new JsonObject();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.getText();
            parser.nextToken();
            object.fields().put(name, value(parser, source, depth + 1));
        }
        return object;
    }

    private static List<Object> list(JsonParser parser, String source, int depth) throws IOException {
        List<Object> values = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            values.add(value(parser, source, depth + 1));
        }
        return values;
    }

    /// `value` on one line.
    public static String compact(Object value) {
        return text(value, false);
    }

    /// `value` indented by two spaces, with a final newline, the same on every platform.
    public static String pretty(Object value) {
        return text(value, true) + "\n";
    }

    /// Writes `value` to `file`, pretty and atomically.
    public static void write(Path file, JsonObject value) {
        AtomicFile.write(file, pretty(value));
    }

    private static String text(Object value, boolean pretty) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(text)) {
            if (pretty) {
                generator.setPrettyPrinter(new TwoSpaces());
            }
            write(generator, value);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator generator, Object value) throws IOException {
        switch (value) {
            case JsonObject object -> {
                generator.writeStartObject();
                for (Map.Entry<String, Object> field : object.fields().entrySet()) {
                    generator.writeFieldName(field.getKey());
                    write(generator, field.getValue());
                }
                generator.writeEndObject();
            }
            case List<?> list -> {
                generator.writeStartArray();
                for (Object each : list) {
                    write(generator, each);
                }
                generator.writeEndArray();
            }
            case String string -> generator.writeString(string);
            case Boolean bool -> generator.writeBoolean(bool);
            case Float single -> generator.writeNumber(single);
            case Double number -> generator.writeNumber(number);
            case BigInteger whole -> generator.writeNumber(whole);
            case Number whole when whole instanceof Long || whole instanceof Integer -> generator.writeNumber(whole.longValue());
            case Object other when other == JsonObject.NULL -> generator.writeNull();
            default -> throw new IllegalArgumentException("a " + value.getClass().getName() + " is no JSON value; use what JsonObject lists");
        }
    }
}
