package dev.fusedvae.reproduce;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.io.IoFailure;
import dev.fusedvae.results.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/// The result of a case.
///
/// @param identity        what the case was, in every detail: a result belongs to no other
/// @param epochs          epochs trained
/// @param publishedEpochs epochs of the published setup
/// @param trainSeconds    time in training steps, over all sessions
/// @param measureSeconds  time of the measurement
/// @param machine         processor, backend, device, date and the like, in words
public record Outcome(String row, String name, String identity, int epochs, int publishedEpochs, double trainSeconds,
                      double measureSeconds, Map<String, String> machine, List<Check> checks) {

    public Outcome {
        machine = Collections.unmodifiableMap(new LinkedHashMap<>(machine));
        checks = List.copyOf(checks);
    }

    public Verdict verdict() {
        if (epochs != publishedEpochs) {
            return Verdict.OTHER_EPOCHS;
        }
        return checks.stream().noneMatch(Check::judged) ? Verdict.FIRST
                : checks.stream().allMatch(Check::passed) ? Verdict.PASS : Verdict.FAIL;
    }

    /// The form of the result file.
    public ObjectNode json() {
        ObjectNode node = Json.object();
        node.put("row", row);
        node.put("case", name);
        node.put("verdict", verdict().words());
        node.put("epochs", epochs);
        node.put("publishedEpochs", publishedEpochs);
        node.put("trainSeconds", trainSeconds);
        node.put("measureSeconds", measureSeconds);
        ArrayNode all = node.putArray("checks");
        for (Check c : checks) {
            ObjectNode check = all.addObject();
            check.put("what", c.what());
            check.put("got", c.got());
            bound(check, "least", c.least());
            bound(check, "most", c.most());
            check.put("passed", c.passed());
        }
        node.set("machine", Json.tree(machine));
        node.put("identity", identity);
        return node;
    }

    private static void bound(ObjectNode node, String name, OptionalDouble value) {
        if (value.isPresent()) {
            node.put(name, value.getAsDouble());
        } else {
            node.putNull(name);
        }
    }

    /// Reads a result file.
    static Outcome read(Path file) {
        return of(Json.read(file), file);
    }

    /// A result that is a file, or a part of one.
    ///
    /// @param file where it stands, for the message
    /// @throws IoFailure if it is none
    public static Outcome of(JsonNode node, Path file) {
        if (!node.path("checks").isArray() || !node.path("identity").isTextual()) {
            throw new IoFailure(file + " is no result of the command reproduce; remove it or choose another --out");
        }
        List<Check> checks = new ArrayList<>();
        node.get("checks").forEach(c -> checks.add(new Check(c.path("what").asText(), c.path("got").asDouble(Double.NaN),
                bound(c.path("least")), bound(c.path("most")))));
        Map<String, String> machine = new LinkedHashMap<>();
        node.path("machine").fieldNames().forEachRemaining(f -> machine.put(f, node.get("machine").get(f).asText()));
        return new Outcome(node.path("row").asText(), node.path("case").asText(), node.get("identity").asText(),
                node.path("epochs").asInt(), node.path("publishedEpochs").asInt(), node.path("trainSeconds").asDouble(),
                node.path("measureSeconds").asDouble(), machine, checks);
    }

    private static OptionalDouble bound(JsonNode value) {
        return value.isNumber() ? OptionalDouble.of(value.asDouble()) : OptionalDouble.empty();
    }
}
