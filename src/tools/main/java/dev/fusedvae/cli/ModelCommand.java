package dev.fusedvae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.Vae;
import dev.fusedvae.chart.Pictures;
import dev.fusedvae.data.DataException;
import dev.fusedvae.results.Json;
import dev.fusedvae.tensors.SafeTensors;
import dev.fusedvae.train.Unfinished;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/// What commands share that use a trained model.
abstract class ModelCommand extends FvaeCommand {

    @Option(names = "--model", paramLabel = "DIR", required = true, order = 0, description = "folder of a trained model")
    Path model;

    @Option(names = "--backend", paramLabel = "NAME", order = 80, description = "auto, cuda, cpu or reference (default: auto, or FVAE_BACKEND)")
    Optional<String> backend = Optional.empty();

    @Option(names = "--threads", paramLabel = "N", order = 81, description = "threads of the cpu backend (default: all)")
    Optional<Integer> threads = Optional.empty();

    ModelCommand(Terminal terminal) {
        super(terminal);
    }

    /// The model of `--model`; the caller closes it.
    Vae open() {
        refuseMachines();
        Vae vae = Vae.load(model, EngineOptions.choice(backend, threads));
        Unfinished.note(model).ifPresent(note -> say("fvae: %s", note));
        return vae;
    }

    /// `rbm` leaves weights under the same name, and a reader may well try them here.
    private void refuseMachines() {
        Path weights = model.resolve("model.safetensors");
        if (!Files.exists(model.resolve("config.json")) && Files.exists(weights)
                && RbmReport.FORMAT.equals(SafeTensors.read(weights).metadata().get("format"))) {
            throw new DataException(model + " holds a restricted Boltzmann machine, which the command " + spec.name()
                    + " does not read; its figures are in training.json and report.html there");
        }
    }

    /// Refuses a name that says neither picture nor array, and a place that cannot be written.
    static Path pictureOrArray(Path out) {
        UsageException.require(ArrayFile.hasExtension(out, ".png") || ArrayFile.is(out), "--out must end in .png, .npy or .csv, got %s", out);
        return Outputs.file(out);
    }

    /// Refuses to draw what is no picture, before anything is computed.
    static void requireDrawable(Path out, Vae vae) {
        UsageException.require(vae.image().isPresent() || ArrayFile.is(out), "the model's examples have %d features and no picture shape,"
                + " so there is nothing to draw; write numbers with an --out that ends in .npy or .csv", vae.spec().features());
    }

    /// Writes decoded examples as the extension of `out` says.
    static void write(Path out, float[][] decoded, Supplier<BufferedImage> picture) {
        if (ArrayFile.hasExtension(out, ".png")) {
            Pictures.savePng(out, picture.get());
        } else {
            ArrayFile.write(out, ArrayFile.names("x", decoded.length == 0 ? 0 : decoded[0].length), decoded);
        }
    }

    /// What was written, in words or as JSON.
    void wrote(Path out, int rows, String what) {
        if (json) {
            ObjectNode root = Json.object();
            root.put("out", out.toString());
            root.put("rows", rows);
            print(root);
        } else {
            print("%s: %d %s".formatted(out, rows, what));
        }
    }
}
