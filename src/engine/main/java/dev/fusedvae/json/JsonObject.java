package dev.fusedvae.json;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A JSON object that keeps the order of its fields. Values are strings, booleans, numbers, lists of values, objects, and
/// [#NULL]. Whole numbers that were read from a file are `Long` (or `BigInteger`), all other numbers `Double`.
///
/// @param fields the values by name
public record JsonObject(Map<String, Object> fields) {
    /// The value `null` of JSON.
    public static final Object NULL = new Object() {
        @Override
        public String toString() {
            return "null";
        }
    };

    public JsonObject() {
        this(new LinkedHashMap<>());
    }

    /// An object whose values are strings.
    public static JsonObject ofTexts(Map<String, String> texts) {
        return new JsonObject(new LinkedHashMap<>(texts));
    }

    public JsonObject put(String name, String value) {
        return field(name, value);
    }

    public JsonObject put(String name, boolean value) {
        return field(name, value);
    }

    public JsonObject put(String name, long value) {
        return field(name, value);
    }

    /// Will be written as the shortest decimal that is read back as the same double.
    public JsonObject put(String name, double value) {
        return field(name, value);
    }

    /// Will be written as the shortest decimal that is read back as the same float; for most floats it is shorter than that of the
    /// double of the same value.
    public JsonObject put(String name, float value) {
        return field(name, value);
    }

    public JsonObject put(String name, JsonObject value) {
        return field(name, value);
    }

    public JsonObject put(String name, List<?> values) {
        return field(name, List.copyOf(values));
    }

    public JsonObject putNull(String name) {
        return field(name, NULL);
    }

    /// Whether the field is there, with a value other than [#NULL].
    public boolean has(String name) {
        return fields.getOrDefault(name, NULL) != NULL;
    }

    public JsonObject remove(String name) {
        fields.remove(name);
        return this;
    }

    private JsonObject field(String name, Object value) {
        fields.put(name, value);
        return this;
    }
}
