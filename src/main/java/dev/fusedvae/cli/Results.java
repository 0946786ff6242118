package dev.fusedvae.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.Vae;
import dev.fusedvae.eval.Evaluation;
import dev.fusedvae.io.Json;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.train.EpochMetrics;
import dev.fusedvae.train.Figures;
import dev.fusedvae.train.History;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The figures of a model in the two forms that commands print: one JSON object, or a table.
///
/// @param train figures of the training set, where they are known; terms that a bound does not have are NaN
/// @param test  figures of the test set
record Results(Vae vae, String fusion, Optional<Figures> train, Figures test, List<Double> klPerLatent, int activeUnits) {

    Results {
        klPerLatent = List.copyOf(klPerLatent);
    }

    /// What training measured at the epoch whose parameters the model has.
    static Results of(Vae vae, String fusion, EpochMetrics epoch) {
        Figures train = splits(vae) ? epoch.train() : new Figures(epoch.train().elbo(), Double.NaN, Double.NaN);
        return new Results(vae, fusion, Optional.of(train), epoch.test(), epoch.klPerLatent(), epoch.activeUnits());
    }

    /// Whether what training measured has two terms: the importance-weighted bound has none.
    private static boolean splits(Vae vae) {
        return !(vae.spec().objective() instanceof Objective.Iwae);
    }

    /// What an evaluation measured.
    static Results of(Vae vae, String fusion, Optional<Figures> train, Evaluation test) {
        return new Results(vae, fusion, train, figures(test), test.klPerLatent(), test.activeUnits());
    }

    static Figures figures(Evaluation e) {
        return new Figures(e.elbo(), e.reconstruction(), e.kl());
    }

    /// The contract of `train`, `eval` and `demo`: fields may be added, never renamed; what was not computed is null.
    ObjectNode json(boolean trainedNow, int trainExamples) {
        History history = vae.history();
        ObjectNode root = Json.object();
        root.put("backend", vae.backendName());
        root.put("device", vae.device());
        root.put("fusion", fusion);
        root.put("precision", vae.backendName().equals("reference") ? "fp64" : "fp32");
        root.put("epochs", history.epochs().size());
        double seconds = history.epochs().stream().mapToDouble(EpochMetrics::seconds).average().orElse(0);
        if (trainedNow && seconds > 0) {
            root.put("secondsPerEpoch", seconds);
            root.put("examplesPerSecond", trainExamples / seconds);
        } else {
            root.putNull("secondsPerEpoch");
            root.putNull("examplesPerSecond");
        }
        ObjectNode trainNode = root.putObject("train");
        train.ifPresentOrElse(f -> put(trainNode, f), () -> List.of("elbo", "reconstruction", "kl").forEach(trainNode::putNull));
        ObjectNode testNode = root.putObject("test");
        put(testNode, test);
        testNode.putNull("nll");
        testNode.putNull("nllStandardError");
        testNode.put("activeUnits", activeUnits);
        ArrayNode latents = testNode.putArray("klPerLatent");
        klPerLatent.forEach(latents::add);
        root.put("shape", vae.spec().shape());
        root.put("modelEpoch", history.modelEpoch());
        root.put("ending", history.ending().flag());
        JsonNode epochs = Json.tree(history.epochs());
        if (!splits(vae)) {
            epochs.forEach(e -> ((ObjectNode) e.get("train")).putNull("reconstruction").putNull("kl"));
        }
        root.set("history", epochs);
        return root;
    }

    /// Rows of figures, train above test.
    List<String> table() {
        TextTable table = new TextTable("nats per example", "ELBO", "reconstruction", "KL").right(1, 2, 3);
        train.ifPresent(f -> table.row("train", number(f.elbo()), number(f.reconstruction()), number(f.kl())));
        table.row("test", number(test.elbo()), number(test.reconstruction()), number(test.kl()));
        return table.lines();
    }

    /// With two places; a dash for what there is not.
    static String number(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.2f", value);
    }

    private static void put(ObjectNode node, Figures figures) {
        node.put("elbo", figures.elbo());
        put(node, "reconstruction", figures.reconstruction());
        put(node, "kl", figures.kl());
    }

    private static void put(ObjectNode node, String name, double value) {
        if (Double.isNaN(value)) {
            node.putNull(name);
        } else {
            node.put(name, value);
        }
    }
}
