package dev.fusedvae.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The parts of a training step that every fusion level has, so that its bars can be compared: a part is one of a layer's
/// three products (forward, gradient of the data, gradient of the weights) with all that a level fuses into it, or what has
/// no product. Layers that some level computes in one call, such as the heads and the first layer of the decoder, are one part.
final class StepParts {
    static final String NO_PRODUCT = "no product";
    /// `call 2 latent_forward heads+decoder.0, cpu, layer`
    private static final Pattern CALL = Pattern.compile("call \\d+ (\\S+?)(?: (\\S+?))?, .*");

    /// The layers that share a part, by each of their names.
    private final Map<String, Set<String>> together = new LinkedHashMap<>();

    /// @param calls of all levels, in the order of the step
    StepParts(List<BenchResults.Row> calls) {
        for (BenchResults.Row call : calls) {
            layers(call).ifPresent(this::join);
        }
    }

    private void join(List<String> layers) {
        Set<String> all = new LinkedHashSet<>();
        layers.forEach(layer -> all.addAll(together.getOrDefault(layer, new LinkedHashSet<>(List.of(layer)))));
        all.forEach(layer -> together.put(layer, all));
    }

    /// The layers whose products a call computes; empty if it computes none.
    private static Optional<List<String>> layers(BenchResults.Row call) {
        Matcher name = CALL.matcher(call.name());
        String op = call.facts().get("op");
        boolean product = name.matches() && name.group(2) != null && !op.equals("add_bias") && !op.equals("update");
        return product ? Optional.of(List.of(name.group(2).split("\\+"))) : Optional.empty();
    }

    /// The part that a call belongs to.
    String of(BenchResults.Row call) {
        return layers(call).map(layers -> product(call.facts().get("op")) + " " + String.join("+", together.get(layers.getFirst()))).orElse(NO_PRODUCT);
    }

    private static String product(String op) {
        if (!op.contains("backward")) {
            return "forward";
        }
        return op.contains("weight") || op.contains("update") ? "weight gradient" : "data gradient";
    }

    /// All parts, in the order of the step; what has no product is last.
    List<String> all(List<BenchResults.Row> calls) {
        Set<String> parts = new LinkedHashSet<>();
        calls.forEach(call -> parts.add(of(call)));
        List<String> ordered = new ArrayList<>(parts);
        if (ordered.remove(NO_PRODUCT)) {
            ordered.add(NO_PRODUCT);
        }
        return ordered;
    }
}
