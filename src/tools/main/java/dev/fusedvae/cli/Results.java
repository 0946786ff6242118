package dev.fusedvae.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.Vae;
import dev.fusedvae.results.Json;
import dev.fusedvae.run.EpochMetrics;
import dev.fusedvae.run.Evaluation;
import dev.fusedvae.run.Figures;
import dev.fusedvae.run.History;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.train.FigureTable;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The figures of a model in the two forms that commands print: one JSON object, or a table.
///
/// @param bound what the figures of the training set are of
/// @param train figures of the training set, where they are known
/// @param test  figures of the test set
record Results(Vae vae, String fusion, Objective.Bound bound, Optional<Figures> train, Figures test, List<Double> klPerLatent, int activeUnits) {

    Results {
        klPerLatent = List.copyOf(klPerLatent);
    }

    /// What training measured at the epoch whose parameters the model has.
    static Results of(Vae vae, String fusion, EpochMetrics epoch) {
        return new Results(vae, fusion, vae.spec().objective().bound(), Optional.of(epoch.train()), epoch.test(), epoch.klPerLatent(), epoch.activeUnits());
    }

    /// What an evaluation measured.
    static Results of(Vae vae, String fusion, Optional<Figures> train, Evaluation test) {
        return new Results(vae, fusion, Objective.Bound.ELBO, train, figures(test), test.klPerLatent(), test.activeUnits());
    }

    static Figures figures(Evaluation e) {
        return new Figures(e.elbo(), e.reconstruction(), e.kl());
    }

    /// The contract of `train`, `eval` and `demo`: fields may be added, never renamed; what was not computed is null.
    ///
    /// `train.elbo` is of what `trainBound` names; where that does not split, as IWAE's, it has no reconstruction and no KL.
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
        withTerms(trainNode, bound);
        train.ifPresentOrElse(f -> root.put("trainBound", bound.name()), () -> root.putNull("trainBound"));
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
        epochs.forEach(e -> withTerms((ObjectNode) e.get("train"), vae.spec().objective().bound()));
        root.set("history", epochs);
        return root;
    }

    /// Rows of figures, train above test.
    List<String> table() {
        FigureTable figures = new FigureTable(bound);
        TextTable table = new TextTable(figures.header().toArray(String[]::new)).right(1, 2, 3);
        train.ifPresent(f -> table.row(figures.train("train", f).toArray(String[]::new)));
        return table.row(figures.test("test", test).toArray(String[]::new)).lines();
    }

    static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static void put(ObjectNode node, Figures figures) {
        node.put("elbo", figures.elbo());
        node.put("reconstruction", figures.reconstruction());
        node.put("kl", figures.kl());
    }

    /// A bound that does not split has no terms of its own: null.
    private static void withTerms(ObjectNode node, Objective.Bound bound) {
        if (!bound.splits()) {
            node.putNull("reconstruction").putNull("kl");
        }
    }
}
