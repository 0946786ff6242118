package dev.fusedvae.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.io.IoFailure;
import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.Comparison;
import dev.fusedvae.results.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Two results files side by side.
@Command(name = "compare", mixinStandardHelpOptions = true, description = {"Say what got faster and what slower from one results file to another.",
    "A difference counts if medians are more than 6 %% apart, the middle halves of the samples do not overlap, and there are three samples each.",
    "Exit codes: 0 nothing of ours got slower beyond doubt, 1 something did or has no time any more, 2 usage,",
    "3 a file cannot be read, or the two have nothing in common."})
final class CompareCommand implements Callable<Integer> {
    /// What two files should share for a difference to be the code's; one that does not say it is unknown.
    private static final List<String> CONDITIONS = List.of("machine", "device", "driver", "jdk", "flags", "data", "rounds", "stepsBeforeTiming", "harness",
            "transparentHugePages");
    /// What differs between any two runs, and how a column is to be read. All else, such as a peer's version, counts where both files say it.
    private static final Set<String> BESIDE = Set.of("commit", "date", "loadAverage", "allocation");

    @Parameters(index = "0", paramLabel = "BEFORE.json", description = "the results to compare with")
    Path before;

    @Parameters(index = "1", paramLabel = "AFTER.json", description = "the results in question")
    Path after;

    @Option(names = "--json", description = "print JSON")
    boolean json;

    @Override
    public Integer call() {
        BenchResults first = BenchResults.read(before);
        BenchResults second = BenchResults.read(after);
        Comparison comparison = Comparison.of(first, second);
        if (comparison.rows().isEmpty() && !comparison.stopped()) {
            throw new IoFailure("%s (%s) and %s (%s) have no time in common; compare files of the same benchmark".formatted(before, first.what(), after, second.what()));
        }
        if (json) {
            System.out.println(tree(comparison).toPrettyString());
        } else {
            Tables.comparison(comparison).forEach(System.out::println);
        }
        differences(first.environment(), second.environment()).forEach(System.err::println);
        return comparison.regressed() ? 1 : 0;
    }

    private static List<String> differences(Map<String, String> first, Map<String, String> second) {
        Set<String> keys = new LinkedHashSet<>(CONDITIONS);
        first.keySet().stream().filter(key -> second.containsKey(key) && !BESIDE.contains(key)).forEach(keys::add);
        List<String> found = new ArrayList<>();
        for (String key : keys) {
            String then = first.getOrDefault(key, "unknown");
            String now = second.getOrDefault(key, "unknown");
            if (!then.equals(now)) {
                found.add("fvae bench: not only the code differs: " + key + " was " + then + " and is " + now);
            }
        }
        return found;
    }

    private static ObjectNode tree(Comparison comparison) {
        ObjectNode root = Json.object().put("regressed", comparison.regressed());
        ArrayNode rows = root.putArray("rows");
        for (Comparison.Line line : comparison.rows()) {
            rows.addObject().put("name", line.name()).put("who", line.who()).put("before", line.first().median()).put("after", line.second().median())
                    .put("ratio", line.ratio()).put("verdict", line.verdict().name().toLowerCase(Locale.ROOT));
        }
        ArrayNode unmatched = root.putArray("unmatched");
        comparison.unmatched().forEach(u -> unmatched.addObject().put("name", u.name()).put("who", u.who()).put("why", u.why()));
        return root;
    }
}
