package dev.fusedvae.json;

import dev.fusedvae.io.IoFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Reads the fields of a JSON object; an error names the file and the field, what was expected and what was found.
public final class Fields {
    private final JsonObject object;
    private final String where;

    /// @param value the value, which must be a [JsonObject]
    /// @param where the file, and the path of this object in it
    public Fields(Object value, String where) {
        if (!(value instanceof JsonObject fields)) {
            throw new IoFailure(where + " must be a JSON object, got " + shorten(value) + "; write the file again");
        }
        this.object = fields;
        this.where = where;
    }

    /// The file, and the path of this object in it.
    public String where() {
        return where;
    }

    /// The names of the fields, in order.
    public List<String> names() {
        return List.copyOf(object.fields().keySet());
    }

    public Fields object(String name) {
        return new Fields(required(name, "an object"), where + ": " + name);
    }

    /// Whether the field is there and not null.
    public boolean has(String name) {
        return object.has(name);
    }

    public String text(String name) {
        return required(name, "a string") instanceof String text ? text : fail(name, "a string");
    }

    public boolean bool(String name) {
        return required(name, "true or false") instanceof Boolean bool ? bool : fail(name, "true or false");
    }

    public int whole(String name) {
        return whole(required(name, "a whole number")).orElseGet(() -> fail(name, "a whole number"));
    }

    public long wholeLong(String name) {
        return required(name, "a whole number") instanceof Long whole ? whole : fail(name, "a whole number");
    }

    public double number(String name) {
        return required(name, "a number") instanceof Number number ? number.doubleValue() : fail(name, "a number");
    }

    /// The exact float that [JsonObject] wrote: its shortest decimal is unchanged after it is read as a double and printed again.
    public float single(String name) {
        return required(name, "a number") instanceof Number number ? Float.parseFloat(number.toString()) : fail(name, "a number");
    }

    /// The elements of a list, converted by `element`, which returns empty for a value that is not what `expectation` says.
    public <T> List<T> list(String name, Function<Object, Optional<T>> element, String expectation) {
        if (!(required(name, "a list") instanceof List<?> values)) {
            return fail(name, "a list");
        }
        List<T> all = new ArrayList<>();
        for (Object each : values) {
            all.add(element.apply(each).orElseGet(() -> fail(name, expectation, each)));
        }
        return all;
    }

    public List<String> texts(String name) {
        return list(name, v -> v instanceof String text ? Optional.of(text) : Optional.empty(), "a list of strings");
    }

    public List<Integer> wholes(String name) {
        return list(name, Fields::whole, "a list of whole numbers");
    }

    public List<Double> numbers(String name) {
        return list(name, v -> v instanceof Number number ? Optional.of(number.doubleValue()) : Optional.empty(), "a list of numbers");
    }

    public List<Float> singles(String name) {
        return list(name, v -> v instanceof Number number ? Optional.of(Float.parseFloat(number.toString())) : Optional.empty(), "a list of numbers");
    }

    private static Optional<Integer> whole(Object value) {
        return value instanceof Long whole && whole == whole.intValue() ? Optional.of(whole.intValue()) : Optional.empty();
    }

    private Object required(String name, String expectation) {
        if (!has(name)) {
            throw new IoFailure(where + ": " + name + " is missing; it must be " + expectation + ", so write the file again");
        }
        return object.fields().get(name);
    }

    private <T> T fail(String name, String expectation) {
        return fail(name, expectation, object.fields().get(name));
    }

    private <T> T fail(String name, String expectation, Object value) {
        throw new IoFailure(where + ": " + name + " must be " + expectation + ", got " + shorten(value) + "; correct it there");
    }

    private static String shorten(Object value) {
        String text = Json.compact(value);
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
