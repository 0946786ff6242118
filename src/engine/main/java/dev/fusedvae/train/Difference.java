package dev.fusedvae.train;

import dev.fusedvae.json.Json;
import dev.fusedvae.json.JsonObject;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/// The first field in which two JSON objects differ, in words.
final class Difference {
    private Difference() {}

    /// `train.optimizer.learningRate was 0.001 and is 0.002 now`
    static Optional<String> between(JsonObject before, JsonObject now, String path) {
        Set<String> names = new LinkedHashSet<>(now.fields().keySet());
        names.addAll(before.fields().keySet());
        return names.stream().map(name -> field(Optional.ofNullable(before.fields().get(name)), Optional.ofNullable(now.fields().get(name)),
                path.isEmpty() ? name : path + "." + name)).flatMap(Optional::stream).findFirst();
    }

    private static Optional<String> field(Optional<Object> before, Optional<Object> now, String path) {
        if (before.equals(now)) {
            return Optional.empty();
        }
        if (before.orElse("") instanceof JsonObject old && now.orElse("") instanceof JsonObject fresh) {
            return between(old, fresh, path);
        }
        return Optional.of(path + " was " + text(before) + " and is " + text(now) + " now");
    }

    private static String text(Optional<Object> value) {
        String all = value.map(Json::compact).orElse("absent");
        return all.length() <= 60 ? all : all.substring(0, 60) + "…";
    }
}
