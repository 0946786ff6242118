package dev.fusedvae.train;

import dev.fusedvae.data.ImageShape;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.io.IoFailure;
import dev.fusedvae.json.Fields;
import dev.fusedvae.json.JsonObject;
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
import java.util.OptionalDouble;
import java.util.function.Supplier;

/// Specifications as JSON, by the names of the command line.
final class SpecJson {
    private SpecJson() {}

    static JsonObject of(VaeSpec spec) {
        JsonObject node = new JsonObject();
        node.put("features", spec.features());
        node.put("hidden", spec.encoderHidden());
        node.put("latent", spec.latent());
        node.put("decoderHidden", spec.decoderHidden());
        node.put("activation", spec.activation().flag());
        node.put("bias", spec.bias());
        node.put("likelihood", spec.likelihood().flag());
        spec.likelihood().fixedVariance().ifPresent(variance -> node.put("variance", variance));
        objective(node, spec.objective());
        if (!spec.prior().standard()) {
            node.put("priorMean", spec.prior().mean());
            node.put("priorVariance", spec.prior().variance());
        }
        if (!spec.corruption().equals(Corruption.NONE)) {
            node.put("corruption", spec.corruption().flag());
        }
        return node;
    }

    /// What is at its default is left out, so that folders written before it existed and after are the same.
    private static void objective(JsonObject node, Objective objective) {
        node.put("objective", objective.flag());
        switch (objective) {
            case Objective.Vae vae -> {
                node.put("beta", vae.beta()).put("warmupEpochs", vae.warmupEpochs());
                if (vae.freeBits() > 0) {
                    node.put("freeBits", vae.freeBits());
                }
                if (vae.samples() > 1) {
                    node.put("samples", vae.samples());
                }
            }
            case Objective.Autoencoder autoencoder -> { }
            case Objective.Sparse sparse -> node.put("sparsity", sparse.weight());
            case Objective.Iwae iwae -> node.put("samples", iwae.samples()).put("dreg", iwae.dreg());
        }
    }

    private static Prior prior(Fields f) {
        return new Prior(f.has("priorMean") ? f.numbers("priorMean") : Prior.STANDARD.mean(),
                f.has("priorVariance") ? f.numbers("priorVariance") : Prior.STANDARD.variance());
    }

    static VaeSpec vae(Fields f) {
        return checked(f, () -> new VaeSpec(f.whole("features"), f.wholes("hidden"), f.whole("latent"), f.wholes("decoderHidden"),
                Activation.parse(f.text("activation")), f.bool("bias"),
                Likelihood.parse(f.text("likelihood"), f.has("variance") ? f.number("variance") : 1), objective(f),
                prior(f), f.has("corruption") ? Corruption.parse(f.text("corruption")) : Corruption.NONE));
    }

    private static Objective objective(Fields f) {
        return switch (f.text("objective")) {
            case "vae" -> new Objective.Vae(f.has("beta") ? f.number("beta") : 1, f.has("warmupEpochs") ? f.number("warmupEpochs") : 0,
                    f.has("freeBits") ? f.number("freeBits") : 0, f.has("samples") ? f.whole("samples") : 1);
            case "sparse" -> new Objective.Sparse(f.number("sparsity"));
            case "iwae" -> new Objective.Iwae(f.whole("samples"), f.bool("dreg"));
            case "autoencoder" -> new Objective.Autoencoder();
            case String other -> throw new IllegalArgumentException("unknown objective '" + other + "'; use vae, iwae, autoencoder or sparse");
        };
    }

    static JsonObject of(TrainSpec train) {
        JsonObject node = new JsonObject();
        node.put("batchSize", train.batchSize());
        node.put("epochs", train.epochs());
        node.put("seed", train.seed());
        node.put("optimizer", of(train.optimizer()));
        node.put("schedule", of(train.schedule()));
        if (train.clipNorm().isPresent()) {
            node.put("clipNorm", train.clipNorm().getAsDouble());
        } else {
            node.putNull("clipNorm");
        }
        node.put("binarization", train.binarization().flag());
        node.put("initialization", train.initialization().flag());
        return node;
    }

    static TrainSpec train(Fields f) {
        return checked(f, () -> new TrainSpec(f.whole("batchSize"), f.whole("epochs"), f.wholeLong("seed"),
                optimizer(f.object("optimizer")), schedule(f.object("schedule")),
                f.has("clipNorm") ? OptionalDouble.of(f.number("clipNorm")) : OptionalDouble.empty(),
                Binarization.parse(f.text("binarization")), Initialization.parse(f.text("initialization"))));
    }

    private static JsonObject of(OptimizerSpec optimizer) {
        JsonObject node = new JsonObject().put("name", optimizer.flag()).put("learningRate", optimizer.learningRate());
        return switch (optimizer) {
            case OptimizerSpec.Adam a -> node.put("beta1", a.beta1()).put("beta2", a.beta2()).put("epsilon", a.epsilon());
            case OptimizerSpec.AdamW a -> node.put("beta1", a.beta1()).put("beta2", a.beta2()).put("epsilon", a.epsilon())
                    .put("weightDecay", a.weightDecay());
            case OptimizerSpec.Sgd s -> node.put("momentum", s.momentum());
        };
    }

    private static OptimizerSpec optimizer(Fields f) {
        double rate = f.number("learningRate");
        return switch (f.text("name")) {
            case "adam" -> new OptimizerSpec.Adam(rate, f.number("beta1"), f.number("beta2"), f.number("epsilon"));
            case "adamw" -> new OptimizerSpec.AdamW(rate, f.number("beta1"), f.number("beta2"), f.number("epsilon"),
                    f.number("weightDecay"));
            case "sgd" -> new OptimizerSpec.Sgd(rate, f.number("momentum"));
            case String other -> throw new IllegalArgumentException("unknown optimizer '" + other + "'; use adam, adamw or sgd");
        };
    }

    private static JsonObject of(Schedule schedule) {
        JsonObject node = new JsonObject();
        switch (schedule) {
            case Schedule.Constant() -> node.put("name", "constant");
            case Schedule.Piecewise(var milestones, var factors) -> {
                node.put("name", "piecewise");
                node.put("milestones", milestones);
                node.put("factors", factors);
            }
            case Schedule.Cosine(double epochs, double floor) -> node.put("name", "cosine").put("epochs", epochs).put("floor", floor);
        }
        return node;
    }

    private static Schedule schedule(Fields f) {
        return switch (f.text("name")) {
            case "constant" -> new Schedule.Constant();
            case "piecewise" -> new Schedule.Piecewise(f.numbers("milestones"), f.numbers("factors"));
            case "cosine" -> new Schedule.Cosine(f.number("epochs"), f.number("floor"));
            case String other -> throw new IllegalArgumentException(
                    "unknown schedule '" + other + "'; use constant, piecewise or cosine");
        };
    }

    static JsonObject of(Normalization normalization) {
        JsonObject node = new JsonObject();
        node.put("kind", normalization.kind().toString());
        node.put("offset", normalization.offset());
        node.put("divisor", normalization.divisor());
        node.put("mean", normalization.mean());
        return node;
    }

    static Normalization normalization(Fields f) {
        return checked(f, () -> new Normalization(Normalization.Kind.parse(f.text("kind")), f.single("offset"), f.single("divisor"),
                f.singles("mean")));
    }

    static JsonObject of(ImageShape image) {
        return new JsonObject().put("height", image.height()).put("width", image.width()).put("channels", image.channels());
    }

    static ImageShape image(Fields f) {
        return checked(f, () -> new ImageShape(f.whole("height"), f.whole("width"), f.whole("channels")));
    }

    /// What a record refuses, with the file in front.
    private static <T> T checked(Fields f, Supplier<T> read) {
        try {
            return read.get();
        } catch (IllegalArgumentException | dev.fusedvae.data.DataException e) {
            throw new IoFailure(f.where() + ": " + e.getMessage(), e);
        }
    }
}
