package dev.fusedvae.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.Codes;
import dev.fusedvae.Vae;
import dev.fusedvae.data.ImageShape;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.io.IoFailure;
import dev.fusedvae.json.Json;
import dev.fusedvae.json.JsonObject;
import dev.fusedvae.run.BackendChoice;
import dev.fusedvae.run.EpochMetrics;
import dev.fusedvae.run.Figures;
import dev.fusedvae.run.History;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.Corruption;
import dev.fusedvae.spec.Initialization;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.Prior;
import dev.fusedvae.spec.Schedule;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import dev.fusedvae.tensors.NamedTensor;
import dev.fusedvae.tensors.SafeTensors;
import dev.fusedvae.tensors.TensorFile;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFolderTest {
    /// Of [dev.fusedvae.io.GoldenTest]: sums of up to 12 products of size one, in float.
    private static final double ROUNDING = 16 * Math.ulp(1f);

    @TempDir
    private Path folder;

    @Test
    void pyTorchStateDict_loadsAndComputesWhatPyTorchComputed() throws IOException, URISyntaxException {
        Path source = Path.of(ModelFolderTest.class.getResource("/dev/fusedvae/tensors/golden.safetensors").toURI());
        Files.copy(source, folder.resolve(ModelFolder.WEIGHTS));
        Files.writeString(folder.resolve(ModelFolder.CONFIG), """
                {"spec": {"features": 12, "hidden": [7], "latent": 3, "decoderHidden": [7], "activation": "tanh", "bias": true,
                          "likelihood": "bernoulli", "objective": "vae"}}
                """);
        TensorFile golden = SafeTensors.read(source);
        try (Vae vae = Vae.load(folder, new BackendChoice("cpu", 2))) {
            Codes codes = vae.encode(rows(golden.tensor("x", 5, 12), 12));
            assertRows(golden.tensor("expected.mu", 5, 3), codes.mu());
            assertRows(golden.tensor("expected.log_var", 5, 3), codes.logVar());
            float[][] z = rows(golden.tensor("eps", 5, 3), 3);
            for (int i = 0; i < 5; i++) {
                for (int j = 0; j < 3; j++) {
                    z[i][j] = (float) (codes.mu()[i][j] + Math.exp(0.5 * codes.logVar()[i][j]) * z[i][j]);
                }
            }
            float[][] p = vae.decode(z);
            float[] logits = golden.tensor("expected.logits", 5, 12).data();
            for (int k = 0; k < logits.length; k++) {
                assertEquals(1 / (1 + Math.exp(-logits[k])), p[k / 12][k % 12], ROUNDING);
            }
        }
    }

    @Test
    void everyModel_comesBackAsItWas() {
        List<VaeSpec> specs = List.of(
                VaeSpec.of(12, List.of(7, 5), 3),
                VaeSpec.of(12, List.of(), 2).withBias(false).withLikelihood(new Likelihood.Gaussian(0.25)),
                VaeSpec.of(12, List.of(7), 3).withObjective(new Objective.Autoencoder()).withLikelihood(new Likelihood.GaussianScalar()),
                VaeSpec.of(12, List.of(7), 1).withActivation(Activation.LEAKY_RELU).withObjective(new Objective.Vae(4, 2.5))
                        .withLikelihood(new Likelihood.GaussianFeature()),
                VaeSpec.of(12, List.of(7), 2).withObjective(new Objective.Vae(1, 0, 0.25, 3)).withLikelihood(new Likelihood.GaussianVector())
                        .withPrior(new Prior(List.of(0.5), List.of(1.0, 2.0))),
                VaeSpec.of(12, List.of(7), 2).withObjective(new Objective.Iwae(50, true)).withLikelihood(new Likelihood.ContinuousBernoulli())
                        .withCorruption(new Corruption.Gaussian(0.3)),
                VaeSpec.of(12, List.of(8, 1), 1).withObjective(new Objective.Autoencoder()),
                VaeSpec.of(12, List.of(1), 1),
                VaeSpec.of(12, List.of(7), 40).withObjective(new Objective.Sparse(0.1)).withCorruption(new Corruption.Masking(0.5)));
        List<TrainSpec> trains = List.of(
                TrainSpec.standard(5, Long.MIN_VALUE + 1).withBinarization(Binarization.DYNAMIC),
                TrainSpec.standard(5, 1).withOptimizer(new OptimizerSpec.AdamW(1e-4, 0.8, 0.99, 1e-7, 0.1)).withClipNorm(2),
                TrainSpec.standard(5, 1).withOptimizer(new OptimizerSpec.Sgd(0.1, 0.9)).withInitialization(Initialization.GLOROT),
                TrainSpec.standard(5, 1).withSchedule(new Schedule.Piecewise(List.of(1.0, 2.5), List.of(0.5, 0.1))));
        for (int i = 0; i < specs.size(); i++) {
            Model model = new Model(specs.get(i), trains.get(i % trains.size()),
                    new Normalization(Normalization.Kind.CENTER, 0.1f, 1 / 3f, Collections.nCopies(12, 0.7f)),
                    Optional.of(new ImageShape(2, 2, 3)), "made up", Initializer.initial(specs.get(i), Initialization.UNIFORM, 5),
                    history(), Map.of("java", "25"));
            ModelFolder.save(folder, model);
            assertEquals(model, ModelFolder.load(folder));
        }
    }

    /// The weights of one model under the configuration of another of the same shape would load and answer wrongly.
    @Test
    void weightsOfAnotherModel_areRefused() throws IOException {
        VaeSpec spec = VaeSpec.of(12, List.of(7), 3);
        save(spec);
        byte[] own = Files.readAllBytes(folder.resolve(ModelFolder.WEIGHTS));
        Path other = folder.resolve("other");
        ModelFolder.save(other, new Model(spec, TrainSpec.standard(5, 1), Normalization.none(), Optional.empty(), "other",
                Initializer.initial(spec, Initialization.GLOROT, 6), History.none(), Map.of()));
        Files.copy(other.resolve(ModelFolder.WEIGHTS), folder.resolve(ModelFolder.WEIGHTS), StandardCopyOption.REPLACE_EXISTING);
        refused("model.safetensors holds other weights than those with which config.json was saved; save or copy the model again, or remove weightsSha256"
                + " from config.json to take them all the same");
        Path config = folder.resolve(ModelFolder.CONFIG);
        Files.writeString(config, Files.readString(config).replaceAll(",\\s*\"weightsSha256\": \"\\w+\"", ""));
        ModelFolder.load(folder);
        Files.write(folder.resolve(ModelFolder.WEIGHTS), own);
        ModelFolder.load(folder);
    }

    /// A folder in the place of a file stands for any failure while files are written.
    @Test
    void saveThatFails_leavesTheOldModelWhole() throws IOException {
        save(VaeSpec.of(12, List.of(7), 3));
        Model old = ModelFolder.load(folder);
        Files.delete(folder.resolve(ModelFolder.CARD));
        Files.createDirectory(folder.resolve(ModelFolder.CARD));
        assertThrows(IoFailure.class, () -> save(VaeSpec.of(12, List.of(5), 2)));
        assertEquals(old, ModelFolder.load(folder));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(), files.filter(f -> f.getFileName().toString().contains(".tmp-")).toList());
        }
    }

    @Test
    void tensors_haveTheNamesAndShapesOfAPyTorchModule() {
        save(VaeSpec.of(12, List.of(7), 3).withLikelihood(new Likelihood.GaussianFeature()));
        Map<String, NamedTensor> tensors = SafeTensors.read(folder.resolve(ModelFolder.WEIGHTS)).tensors();
        assertEquals(List.of("encoder.0.weight", "encoder.0.bias", "mu.weight", "mu.bias", "log_var.weight", "log_var.bias",
                "decoder.0.weight", "decoder.0.bias", "decoder.2.weight", "decoder.2.bias"), List.copyOf(tensors.keySet()));
        assertArrayEquals(new long[] {3, 7}, tensors.get("log_var.weight").shape());
        assertArrayEquals(new long[] {3}, tensors.get("mu.bias").shape());
        assertArrayEquals(new long[] {24, 7}, tensors.get("decoder.2.weight").shape());
        save(VaeSpec.of(12, List.of(), 3).withObjective(new Objective.Autoencoder()).withLikelihood(new Likelihood.GaussianScalar()));
        assertEquals(List.of("code.weight", "code.bias", "decoder.0.weight", "decoder.0.bias", "likelihood.log_var"),
                List.copyOf(SafeTensors.read(folder.resolve(ModelFolder.WEIGHTS)).tensors().keySet()));
    }

    @Test
    void card_saysWhatAndHowWell() throws IOException {
        save(VaeSpec.of(12, List.of(7), 3));
        String card = Files.readString(folder.resolve(ModelFolder.CARD));
        assertTrue(card.startsWith("# Variational autoencoder 12-7-3-7-12\n"), card);
        assertTrue(card.contains("After 2 of 5 epochs the test ELBO is **-4.50** nats per example; training ended: stopped-early."), card);
        assertTrue(card.contains("| test, one sample an example | -4.50 | -4.00 | 0.50 |"), card);
        assertTrue(card.contains("| parameters | 263 |"), card);
    }

    @Test
    void whatDoesNotFit_isRefusedInOneSentence() throws IOException {
        Path config = folder.resolve(ModelFolder.CONFIG);
        refused(folder.resolve("nowhere"), "nowhere does not exist; a model is a folder with config.json and model.safetensors");
        refused("cannot read " + config + ": there is no such file");
        VaeSpec spec = VaeSpec.of(12, List.of(7), 3);
        save(spec);
        String good = Files.readString(config);
        changed(good, s -> s.replace("\"latent\": 3", "\"latent\": 0"), "config.json: spec: latent must be in 1..1048576, got 0");
        changed(good, s -> s.replace("\"relu\"", "\"rleu\""), "config.json: spec: activation must be one of");
        changed(good, s -> s.replace("\"latent\"", "\"latant\""), "config.json: spec: latent is missing; it must be a whole number");
        changed(good, s -> s.replace("[ 7 ]", "[ 7.5 ]"), "must be a list of whole numbers, got 7.5");
        changed(good, s -> s.replace("[ 7 ]", "[ 8 ]"),
                "model.safetensors: tensor encoder.0.weight has shape [7, 12] but the model needs [8, 12]");
        changed(good, s -> s.replace("\"hidden\": [ 7 ]", "\"hidden\": [ ]"),
                "model.safetensors: tensor mu.weight has shape [3, 7] but the model needs [3, 12]");
        changed(good, s -> s.replace("\"vae\"", "\"autoencoder\""), "model.safetensors: there is no tensor code.weight");
        changed(good, s -> s.replace("\"bias\": true", "\"bias\": false"), "tensor encoder.0.bias has no place in the model, which is 12-7-3-7-12");
        changed(good, s -> s.replace("\"format\": 1", "\"format\": 2"), "has format 2 but this version reads format 1");
        changed(good, s -> s.substring(0, 40), "config.json is not valid JSON");
        Files.writeString(config, good);
        float[] weights = new float[84];
        weights[5] = Float.NaN;
        SafeTensors.write(folder.resolve(ModelFolder.WEIGHTS), List.of(new NamedTensor("encoder.0.weight", new long[] {7, 12}, weights)), Map.of());
        refused("model.safetensors: tensor encoder.0.weight holds NaN at element 5");
        Files.delete(folder.resolve(ModelFolder.WEIGHTS));
        refused("cannot read " + folder.resolve(ModelFolder.WEIGHTS) + ": there is no such file");
        save(spec);
        Files.writeString(folder.resolve(ModelFolder.TRAINING), Json.pretty(new JsonObject().put("history", List.of()).put("ending", "never").put("modelEpoch", 0)));
        refused("training.json: ending must be complete, stopped-early or cancelled, got 'never'");
    }

    private void save(VaeSpec spec) {
        ModelFolder.save(folder, new Model(spec, TrainSpec.standard(5, 1), Normalization.none(), Optional.empty(), "made up",
                Initializer.initial(spec, Initialization.UNIFORM, 5), history(), Map.of()));
    }

    private static History history() {
        EpochMetrics one = new EpochMetrics(1, Figures.of(-5.1, 0.1), Figures.of(-5, 1 / 3.0), List.of(0.1, 0.2), 2, 0.5, 1000);
        EpochMetrics two = new EpochMetrics(2, Figures.of(-4.1, 0.1), Figures.of(-4, 0.5), List.of(0.1, 0.4), 2, 0.5, 1000);
        return new History(List.of(one, two), History.Ending.STOPPED_EARLY, 2);
    }

    private void changed(String good, UnaryOperator<String> change, String sentence) throws IOException {
        String bad = change.apply(good);
        assertTrue(!bad.equals(good), "the change for '" + sentence + "' changes nothing in\n" + good);
        Files.writeString(folder.resolve(ModelFolder.CONFIG), bad);
        refused(sentence);
    }

    private void refused(String sentence) {
        refused(folder, sentence);
    }

    private static void refused(Path path, String sentence) {
        String message = assertThrows(IoFailure.class, () -> ModelFolder.load(path)).getMessage();
        assertTrue(message.contains(sentence), message);
        assertEquals(1, message.lines().count(), message);
    }

    private static float[][] rows(NamedTensor tensor, int width) {
        float[] data = tensor.data();
        float[][] rows = new float[data.length / width][width];
        for (int k = 0; k < data.length; k++) {
            rows[k / width][k % width] = data[k];
        }
        return rows;
    }

    private static void assertRows(NamedTensor expected, float[][] actual) {
        float[][] rows = rows(expected, actual[0].length);
        assertEquals(rows.length, actual.length);
        for (int i = 0; i < rows.length; i++) {
            assertArrayEquals(rows[i], actual[i], (float) ROUNDING, expected.name() + " of example " + i);
        }
    }
}
