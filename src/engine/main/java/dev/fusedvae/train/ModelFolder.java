package dev.fusedvae.train;

import dev.fusedvae.data.ImageShape;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.eval.Parameters;
import dev.fusedvae.io.AtomicFile;
import dev.fusedvae.io.IoFailure;
import dev.fusedvae.io.Sha256;
import dev.fusedvae.json.Fields;
import dev.fusedvae.json.Json;
import dev.fusedvae.json.JsonObject;
import dev.fusedvae.run.History;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import dev.fusedvae.tensors.SafeTensors;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// A model as a folder.
///
/// | file | holds |
/// |---|---|
/// | `config.json` | `spec`, `train`, `normalization`, `image`, `data`: what the model is; `weightsSha256`: which weights are its own |
/// | `model.safetensors` | parameters under PyTorch's names |
/// | `training.json` | `history`, `ending`, `modelEpoch`, `environment`: how it came to be |
/// | `README.md` | the model card |
///
/// Beside them a run keeps `checkpoint.safetensors`, and `unfinished.json` until its model is there: see [Unfinished].
///
/// The least folder that loads is `config.json` with a `spec`, and `model.safetensors`: that is how a PyTorch state
/// dict comes in. Tensors that cannot belong to a model, such as test vectors, are left alone. Without `weightsSha256` any weights
/// that fit are taken.
public final class ModelFolder {
    public static final String CONFIG = "config.json";
    public static final String WEIGHTS = "model.safetensors";
    public static final String TRAINING = "training.json";
    public static final String CARD = "README.md";

    private static final int FORMAT = 1;
    private static final String DIGEST = "weightsSha256";

    private ModelFolder() {}

    /// Writes the four files, all or none of them; other files of the folder stay.
    public static void save(Path folder, Model model) {
        AtomicFile.FileBody weights = SafeTensors.body(TorchNames.export(model.spec(), model.parameters()), Map.of("format", "pt"));
        Map<Path, AtomicFile.FileBody> files = new LinkedHashMap<>();
        files.put(folder.resolve(WEIGHTS), weights);
        files.put(folder.resolve(TRAINING), text(Json.pretty(training(model))));
        files.put(folder.resolve(CARD), text(ModelCard.text(model)));
        files.put(folder.resolve(CONFIG), text(Json.pretty(config(model).put(DIGEST, Sha256.of(weights)))));
        AtomicFile.write(files);
    }

    private static AtomicFile.FileBody text(String text) {
        return out -> out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Reads a model.
    ///
    /// @throws IoFailure in one sentence, if a file is missing, damaged, or does not fit the others
    public static Model load(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new IoFailure(folder + (Files.exists(folder) ? " is a file" : " does not exist")
                    + "; a model is a folder with " + CONFIG + " and " + WEIGHTS);
        }
        Path file = folder.resolve(CONFIG);
        if (!Files.exists(file) && Unfinished.in(folder)) {
            throw new IoFailure(folder + " holds a training that did not end and no model yet; resume or repeat that run");
        }
        Fields config = new Fields(Json.read(file), file.toString());
        if (config.has("format") && config.whole("format") != FORMAT) {
            throw new IoFailure(file + " has format " + config.whole("format") + " but this version reads format " + FORMAT
                    + "; use the version that wrote it");
        }
        VaeSpec spec = SpecJson.vae(config.object("spec"));
        TrainSpec train = config.has("train") ? SpecJson.train(config.object("train")) : TrainSpec.standard(0, 0);
        Normalization normalization = config.has("normalization")
                ? SpecJson.normalization(config.object("normalization")) : Normalization.none();
        Optional<ImageShape> image = config.has("image") ? Optional.of(SpecJson.image(config.object("image"))) : Optional.empty();
        check(file, spec, normalization, image);
        Parameters parameters = parameters(folder.resolve(WEIGHTS), spec);
        if (config.has(DIGEST)) {
            checkDigest(folder, config.text(DIGEST));
        }
        Path training = folder.resolve(TRAINING);
        Optional<Fields> story = Files.exists(training)
                ? Optional.of(new Fields(Json.read(training), training.toString())) : Optional.empty();
        return new Model(spec, train, normalization, image, config.has("data") ? config.text("data") : "",
                parameters, story.map(ModelFolder::history).orElseGet(History::none),
                story.filter(f -> f.has("environment")).map(f -> environment(f.object("environment"))).orElse(Map.of()));
    }

    /// A save that was cut off between two files, or a copy of one file alone, must not give the weights of another model.
    private static void checkDigest(Path folder, String digest) {
        Path weights = folder.resolve(WEIGHTS);
        if (!digest.equals(Sha256.of(weights))) {
            throw new IoFailure("%s holds other weights than those with which %s was saved; save or copy the model again, or remove %s from %s to take them all the same"
                    .formatted(weights, CONFIG, DIGEST, CONFIG));
        }
    }

    private static Parameters parameters(Path file, VaeSpec spec) {
        try {
            return TorchNames.read(spec, SafeTensors.read(file));
        } catch (IoFailure e) {
            throw e.getMessage().contains(file.toString()) ? e : new IoFailure(file + ": " + e.getMessage(), e);
        }
    }

    private static void check(Path file, VaeSpec spec, Normalization normalization, Optional<ImageShape> image) {
        if (!normalization.mean().isEmpty() && normalization.mean().size() != spec.features()) {
            throw new IoFailure("%s: the normalization has a mean for %d features but the spec has %d; correct one of them"
                    .formatted(file, normalization.mean().size(), spec.features()));
        }
        image.filter(shape -> shape.features() != spec.features()).ifPresent(shape -> {
            throw new IoFailure("%s: the image is %s, %d values, but the spec has %d features; correct one of them"
                    .formatted(file, shape, shape.features(), spec.features()));
        });
    }

    private static JsonObject config(Model model) {
        JsonObject node = new JsonObject();
        node.put("format", FORMAT);
        node.put("data", model.data());
        node.put("spec", SpecJson.of(model.spec()));
        node.put("train", SpecJson.of(model.train()));
        node.put("normalization", SpecJson.of(model.normalization()));
        if (model.image().isPresent()) {
            node.put("image", SpecJson.of(model.image().get()));
        } else {
            node.putNull("image");
        }
        return node;
    }

    private static JsonObject training(Model model) {
        JsonObject node = new JsonObject();
        node.put("data", model.data());
        node.put("seed", model.train().seed());
        node.put("spec", SpecJson.of(model.spec()));
        node.put("train", SpecJson.of(model.train()));
        node.put("ending", model.history().ending().flag());
        node.put("modelEpoch", model.history().modelEpoch());
        node.put("environment", JsonObject.ofTexts(model.environment()));
        node.put("history", HistoryJson.of(model.history().epochs()));
        return node;
    }

    private static History history(Fields f) {
        try {
            return new History(HistoryJson.epochs(f, "history"), HistoryJson.ending(f, "ending"), f.whole("modelEpoch"));
        } catch (IllegalArgumentException e) {
            throw new IoFailure(f.where() + ": " + e.getMessage() + "; correct it there", e);
        }
    }

    private static Map<String, String> environment(Fields f) {
        Map<String, String> all = new LinkedHashMap<>();
        f.names().forEach(name -> all.put(name, f.text(name)));
        return all;
    }
}
