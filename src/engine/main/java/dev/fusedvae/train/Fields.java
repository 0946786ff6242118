package dev.fusedvae.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fusedvae.io.IoFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Reads the fields of a JSON object; a failure names file, field, expectation and what was there.
///
/// @param where the file, and the path of this object in it
record Fields(JsonNode node, String where) {

    Fields {
        if (!node.isObject()) {
            throw new IoFailure(where + " must be a JSON object, got " + shorten(node) + "; write the file again");
        }
    }

    Fields object(String name) {
        return new Fields(required(name, "an object"), where + ": " + name);
    }

    boolean has(String name) {
        return node.hasNonNull(name);
    }

    String text(String name) {
        JsonNode value = required(name, "a string");
        return value.isTextual() ? value.asText() : fail(name, "a string", value);
    }

    boolean bool(String name) {
        JsonNode value = required(name, "true or false");
        return value.isBoolean() ? value.asBoolean() : fail(name, "true or false", value);
    }

    int whole(String name) {
        JsonNode value = required(name, "a whole number");
        return value.isIntegralNumber() && value.canConvertToInt() ? value.intValue() : fail(name, "a whole number", value);
    }

    long wholeLong(String name) {
        JsonNode value = required(name, "a whole number");
        return value.isIntegralNumber() && value.canConvertToLong() ? value.longValue() : fail(name, "a whole number", value);
    }

    double number(String name) {
        JsonNode value = required(name, "a number");
        return value.isNumber() ? value.doubleValue() : fail(name, "a number", value);
    }

    /// Exact, because the shortest decimal of a float survives the way through double and its shortest decimal.
    float single(String name) {
        JsonNode value = required(name, "a number");
        return value.isNumber() ? Float.parseFloat(value.asText()) : fail(name, "a number", value);
    }

    <T> List<T> list(String name, Function<JsonNode, Optional<T>> element, String expectation) {
        JsonNode value = required(name, "a list");
        if (!value.isArray()) {
            fail(name, "a list", value);
        }
        List<T> all = new ArrayList<>();
        for (JsonNode each : value) {
            all.add(element.apply(each).orElseGet(() -> fail(name, expectation, each)));
        }
        return all;
    }

    List<Integer> wholes(String name) {
        return list(name, v -> v.isIntegralNumber() && v.canConvertToInt() ? Optional.of(v.intValue()) : Optional.empty(),
                "a list of whole numbers");
    }

    List<Double> numbers(String name) {
        return list(name, v -> v.isNumber() ? Optional.of(v.doubleValue()) : Optional.empty(), "a list of numbers");
    }

    List<Float> singles(String name) {
        return list(name, v -> v.isNumber() ? Optional.of(Float.parseFloat(v.asText())) : Optional.empty(), "a list of numbers");
    }

    private JsonNode required(String name, String expectation) {
        if (!has(name)) {
            throw new IoFailure(where + ": " + name + " is missing; it must be " + expectation + ", so write the file again");
        }
        return node.get(name);
    }

    private <T> T fail(String name, String expectation, JsonNode value) {
        throw new IoFailure(where + ": " + name + " must be " + expectation + ", got " + shorten(value) + "; correct it there");
    }

    private static String shorten(JsonNode value) {
        String text = value.toString();
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
