package dev.fusedvae.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.data.Split;
import dev.fusedvae.results.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Compares the whole family of models.
@Command(name = "compare", description = {"Train densities, PCA, autoencoders, VAEs and an RBM on one data set: one table and one page of pictures.",
    "Data is made black and white at one half, so that all likelihoods are of the same thing, in nats per example."},
        footer = {"  ${ROOT-COMMAND-NAME} compare --data digits", "  ${ROOT-COMMAND-NAME} compare --data mnist --hidden 400 --latent 20 --out runs/family"})
final class CompareCommand extends FvaeCommand {
    /// Examples beyond which fewer passes do.
    private static final int MANY = 10_000;

    @Option(names = "--out", paramLabel = "DIR", order = 0, description = "folder of the page and its pictures (default: ${DEFAULT-VALUE})")
    Path out = Path.of("runs", "compare");

    @Option(names = "--epochs", paramLabel = "N", order = 1, description = "passes over the training set, of every model (default: 60; 10 beyond 10000 examples)")
    Optional<Integer> epochs = Optional.empty();

    @Option(names = "--hidden", paramLabel = "H", order = 2, description = "hidden width of deep models, and units of the RBM (default: ${DEFAULT-VALUE})")
    int hidden = 200;

    @Option(names = "--latent", paramLabel = "L", order = 3, description = "size of codes (default: ${DEFAULT-VALUE})")
    int latent = 10;

    @Option(names = "--batch-size", paramLabel = "B", order = 4, description = "examples per step (default: 32; 128 beyond 10000 examples)")
    Optional<Integer> batchSize = Optional.empty();

    @Option(names = "--seed", paramLabel = "S", order = 5, description = "source of every random number (default: ${DEFAULT-VALUE})")
    long seed = 1;

    @Mixin(name = OptionSections.DATA)
    DataOptions data = new DataOptions();

    @Mixin(name = "Engine")
    EngineOptions engine = new EngineOptions();

    CompareCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        UsageException.require(epochs.orElse(1) >= 1 && hidden >= 1 && latent >= 1 && batchSize.orElse(1) >= 1,
                "--epochs, --hidden, --latent and --batch-size must be >= 1");
        Comparison.Setup base = new Comparison.Setup(hidden, latent, 1, 1, seed, engine.choice(), engine.fusion());
        Outputs.folder(out);
        Split split = Thresholded.of(data.load(terminal.env()));
        DataOptions.heldOut(split).ifPresent(note -> say("fvae: %s", note));
        UsageException.require(latent <= split.train().features(), "--latent must be at most the %d features of the data, got %d",
                split.train().features(), latent);
        boolean many = split.train().size() > MANY;
        Comparison comparison = new Comparison(new Comparison.Setup(hidden, latent, epochs.orElse(many ? 10 : 60), batchSize.orElse(many ? 128 : 32),
                seed, base.backend(), base.fusion()), split);
        List<Contestant> all = new ArrayList<>();
        for (Function<Comparison, Contestant> model : comparison.models()) {
            Contestant c = model.apply(comparison);
            say("%s: %s", c.name(), Units.seconds(c.seconds()));
            all.add(c);
        }
        List<Path> pictures = ComparePage.write(comparison, all, out, String.join(" ", words()));
        ObjectNode result = json(all, split);
        ArrayNode files = result.putArray("pictures");
        pictures.forEach(p -> files.add(p.toString()));
        result.set("subsamples", Json.tree(comparison.subsamples()));
        Json.write(out.resolve("compare.json"), result);
        if (json) {
            print(result);
        } else {
            ComparePage.table(all).lines().forEach(this::print);
            comparison.subsamples().forEach(this::print);
            print("");
            print("the page is " + pictures.getLast());
        }
        return Exit.OK;
    }

    /// Figures of the test set; what a model does not have is null.
    private ObjectNode json(List<Contestant> all, Split split) {
        ObjectNode root = Json.object();
        root.put("data", split.train().name()).put("train", split.train().size()).put("test", split.test().size()).put("seed", seed).put("out", out.toString());
        ArrayNode models = root.putArray("models");
        for (Contestant c : all) {
            ObjectNode node = models.addObject().put("name", c.name());
            put(node, "squaredError", c.squaredError());
            put(node, "elbo", c.elbo());
            put(node, "logLikelihood", c.logLikelihood());
            node.put("how", c.how());
            put(node, "kl", c.kl());
            c.activeUnits().ifPresentOrElse(a -> node.put("activeUnits", a), () -> node.putNull("activeUnits"));
            put(node, "accuracy", c.accuracy());
            node.put("seconds", c.seconds());
        }
        return root;
    }

    private static void put(ObjectNode node, String name, OptionalDouble value) {
        value.ifPresentOrElse(v -> node.put(name, v), () -> node.putNull(name));
    }
}
