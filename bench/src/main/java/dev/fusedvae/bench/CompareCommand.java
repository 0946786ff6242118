package dev.fusedvae.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.io.Json;
import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.Comparison;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Two results files side by side.
@Command(name = "compare", mixinStandardHelpOptions = true, description = {"Say what got faster and what slower from one results file to another.",
    "A difference counts if medians are more than 6 %% apart and the middle halves of the samples do not overlap.",
    "Exit codes: 0 nothing got slower beyond doubt, 1 something did, 2 usage, 3 a file cannot be read."})
final class CompareCommand implements Callable<Integer> {
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
        if (json) {
            System.out.println(tree(comparison).toPrettyString());
        } else {
            Tables.comparison(comparison).forEach(System.out::println);
        }
        String then = first.environment().get("machine");
        if (!then.equals(second.environment().get("machine"))) {
            System.err.println("fvae bench: the files come from different machines, " + then + " and " + second.environment().get("machine"));
        }
        return comparison.regressed() ? 1 : 0;
    }

    private static ObjectNode tree(Comparison comparison) {
        ObjectNode root = Json.object().put("regressed", comparison.regressed());
        ArrayNode rows = root.putArray("rows");
        for (Comparison.Line line : comparison.rows()) {
            rows.addObject().put("name", line.name()).put("who", line.who()).put("before", line.first().median()).put("after", line.second().median())
                    .put("ratio", line.ratio()).put("verdict", line.verdict().name().toLowerCase(Locale.ROOT));
        }
        comparison.unshared().forEach(root.putArray("unshared")::add);
        return root;
    }
}
