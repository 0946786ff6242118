package dev.fusedvae.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/// The first field in which two JSON objects differ, in words.
final class Difference {
    private Difference() {}

    /// `train.optimizer.learningRate was 0.001 and is 0.002 now`
    static Optional<String> between(JsonNode before, JsonNode now, String path) {
        if (before.equals(now)) {
            return Optional.empty();
        }
        if (!before.isObject() || !now.isObject()) {
            return Optional.of(path + " was " + text(before) + " and is " + text(now) + " now");
        }
        Set<String> names = new LinkedHashSet<>();
        now.fieldNames().forEachRemaining(names::add);
        before.fieldNames().forEachRemaining(names::add);
        return names.stream()
                .map(name -> between(before.path(name), now.path(name), path.isEmpty() ? name : path + "." + name))
                .flatMap(Optional::stream).findFirst();
    }

    private static String text(JsonNode node) {
        String all = node.isMissingNode() ? "absent" : node.toString();
        return all.length() <= 60 ? all : all.substring(0, 60) + "…";
    }
}
