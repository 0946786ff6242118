package dev.fusedvae.tensors;

import dev.fusedvae.io.IoFailure;
import dev.fusedvae.json.Json;
import dev.fusedvae.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The header of a safetensors file, checked against the number of data bytes that follow it.
record SafeTensorsHeader(List<Entry> entries, Map<String, String> metadata) {

    /// One tensor, whose bytes are `[begin, end)` of the data.
    record Entry(String name, Dtype dtype, long[] shape, long begin, long end) {}

    static SafeTensorsHeader parse(Path file, String json, long dataBytes) {
        if (!(Json.parse(json, "the header of " + file) instanceof JsonObject root)) {
            throw SafeTensors.damaged(file, "has a header that is not a JSON object");
        }
        List<Entry> entries = new ArrayList<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, Object> field : root.fields().entrySet()) {
            if (field.getKey().equals(SafeTensors.METADATA)) {
                metadata.putAll(metadata(file, field.getValue()));
            } else {
                entries.add(entry(file, field.getKey(), field.getValue()));
            }
        }
        checkCover(file, entries, dataBytes);
        return new SafeTensorsHeader(entries, metadata);
    }

    private static Map<String, String> metadata(Path file, Object value) {
        Map<String, String> metadata = new LinkedHashMap<>();
        if (!(value instanceof JsonObject texts)) {
            throw SafeTensors.damaged(file, "has metadata that is not an object of strings");
        }
        for (Map.Entry<String, Object> field : texts.fields().entrySet()) {
            if (!(field.getValue() instanceof String text)) {
                throw SafeTensors.damaged(file, "has metadata " + field.getKey() + " that is not a string");
            }
            metadata.put(field.getKey(), text);
        }
        return metadata;
    }

    private static Entry entry(Path file, String name, Object value) {
        String tensor = "tensor " + name + " of " + file;
        if (name.isBlank()) {
            throw SafeTensors.damaged(file, "has a tensor without a name");
        }
        Dtype dtype = Dtype.of(field(value, "dtype").map(v -> v instanceof String text ? text : Json.compact(v)).orElse("none"), tensor);
        long[] shape = naturals(file, name, "shape", field(value, "shape"));
        long[] offsets = naturals(file, name, "data_offsets", field(value, "data_offsets"));
        if (offsets.length != 2 || offsets[0] > offsets[1]) {
            throw SafeTensors.damaged(file, "gives tensor " + name + " data_offsets " + Arrays.toString(offsets)
                    + " instead of [begin, end]");
        }
        long elements;
        try {
            elements = NamedTensor.elements(name, shape);
        } catch (IllegalArgumentException e) {
            throw new IoFailure(file + ": " + e.getMessage(), e);
        }
        long bytes = offsets[1] - offsets[0];
        if (bytes % dtype.bytes() != 0 || bytes / dtype.bytes() != elements) {
            throw SafeTensors.damaged(file, "gives tensor " + name + " " + bytes + " bytes, but " + dtype + " "
                    + Arrays.toString(shape) + " takes " + elements + " x " + dtype.bytes());
        }
        if (elements > Integer.MAX_VALUE - 8) {
            throw new IoFailure(tensor + " has " + elements + " elements, more than a Java array holds; split the tensor");
        }
        return new Entry(name, dtype, shape, offsets[0], offsets[1]);
    }

    private static Optional<Object> field(Object value, String name) {
        return value instanceof JsonObject object ? Optional.ofNullable(object.fields().get(name)) : Optional.empty();
    }

    private static long[] naturals(Path file, String name, String field, Optional<Object> value) {
        if (!(value.orElse("") instanceof List<?> items) || !items.stream().allMatch(item -> item instanceof Long natural && natural >= 0)) {
            throw SafeTensors.damaged(file, "gives tensor " + name + " " + field + " "
                    + value.map(Json::compact).orElse("nowhere") + " instead of an array of integers >= 0");
        }
        return items.stream().mapToLong(Long.class::cast).toArray();
    }

    /// Sorted by offset, each tensor must begin where the one before ends, and the last must end with the file.
    private static void checkCover(Path file, List<Entry> entries, long dataBytes) {
        long end = 0;
        String before = "the start";
        for (Entry entry : entries.stream().sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end)).toList()) {
            if (entry.begin() < end) {
                throw SafeTensors.damaged(file, "lets tensor " + entry.name() + " overlap " + before + ": it begins at byte "
                        + entry.begin() + ", before byte " + end);
            }
            if (entry.begin() > end) {
                throw SafeTensors.damaged(file, "leaves bytes " + end + " to " + entry.begin() + " between " + before
                        + " and tensor " + entry.name() + " unused");
            }
            end = entry.end();
            before = "tensor " + entry.name();
        }
        if (end > dataBytes) {
            throw SafeTensors.damaged(file, "is cut short: its tensors take " + end + " bytes but only " + dataBytes + " follow the header");
        }
        if (end < dataBytes) {
            throw SafeTensors.damaged(file, "has " + (dataBytes - end) + " bytes after its last tensor");
        }
    }
}
