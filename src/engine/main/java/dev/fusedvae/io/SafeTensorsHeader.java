package dev.fusedvae.io;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The JSON of a safetensors file, checked against the number of data bytes that follow it.
record SafeTensorsHeader(List<Entry> entries, Map<String, String> metadata) {

    /// One tensor: its bytes are `[begin, end)` of the data.
    record Entry(String name, Dtype dtype, long[] shape, long begin, long end) {}

    static SafeTensorsHeader parse(Path file, String json, long dataBytes) {
        JsonNode root = Json.parse(json, "the header of " + file);
        if (!root.isObject()) {
            throw SafeTensors.damaged(file, "has a header that is not a JSON object");
        }
        List<Entry> entries = new ArrayList<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            if (field.getKey().equals(SafeTensors.METADATA)) {
                metadata.putAll(metadata(file, field.getValue()));
            } else {
                entries.add(entry(file, field.getKey(), field.getValue()));
            }
        }
        checkCover(file, entries, dataBytes);
        return new SafeTensorsHeader(entries, metadata);
    }

    private static Map<String, String> metadata(Path file, JsonNode node) {
        Map<String, String> metadata = new LinkedHashMap<>();
        if (!node.isObject()) {
            throw SafeTensors.damaged(file, "has metadata that is not an object of strings");
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            if (!field.getValue().isTextual()) {
                throw SafeTensors.damaged(file, "has metadata " + field.getKey() + " that is not a string");
            }
            metadata.put(field.getKey(), field.getValue().textValue());
        }
        return metadata;
    }

    private static Entry entry(Path file, String name, JsonNode node) {
        String tensor = "tensor " + name + " of " + file;
        if (name.isBlank()) {
            throw SafeTensors.damaged(file, "has a tensor without a name");
        }
        Dtype dtype = Dtype.of(node.path("dtype").asText("none"), tensor);
        long[] shape = naturals(file, name, "shape", node.path("shape"));
        long[] offsets = naturals(file, name, "data_offsets", node.path("data_offsets"));
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

    private static long[] naturals(Path file, String name, String field, JsonNode node) {
        boolean good = node.isArray();
        for (JsonNode item : node) {
            good &= item.isIntegralNumber() && item.canConvertToLong() && item.longValue() >= 0;
        }
        if (!good) {
            throw SafeTensors.damaged(file, "gives tensor " + name + " " + field + " "
                    + (node.isMissingNode() ? "nowhere" : node) + " instead of an array of integers >= 0");
        }
        long[] values = new long[node.size()];
        Arrays.setAll(values, i -> node.get(i).longValue());
        return values;
    }

    /// In order of offset, each tensor must begin where the one before ended, and the last must end with the file.
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
