package dev.fusedvae.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.chart.HtmlReport;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.data.Split;
import dev.fusedvae.io.IoFailure;
import dev.fusedvae.results.Json;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Trains a model for each of some latent sizes and draws the pictures of lectures.
@Command(name = "gallery", description = {"Train a model for each latent size and draw what lectures show.",
    "Samples, the latent plane, interpolations, four corners, traversals sorted by KL, codes over the prior. One page, gallery.html, has all."},
        footer = "  ${ROOT-COMMAND-NAME} gallery --data mnist --latents 2,5,10,20 --epochs 10")
final class GalleryCommand extends FvaeCommand {
    private static final int STEPS = 3000;
    private static final int EPOCHS = 10;
    private static final List<String> FROM_REPORT = List.of("samples.png", "reconstructions.png", "manifold.png");

    @Option(names = "--latents", paramLabel = "L,L", hideParamSyntax = true, split = ",", order = 0,
            description = "latent sizes (default: 2,5,10,20)")
    List<Integer> latents = List.of(2, 5, 10, 20);

    @Option(names = "--hidden", paramLabel = "A,B", order = 1, description = "widths of the hidden layers (default: ${DEFAULT-VALUE})")
    String hidden = "400";

    @Option(names = "--epochs", paramLabel = "N", order = 2,
            description = "passes over the training set (default: as many as make " + STEPS + " steps, at least " + EPOCHS + ")")
    Optional<Integer> epochs = Optional.empty();

    @Option(names = "--batch-size", paramLabel = "B", order = 3, description = "examples per step (default: ${DEFAULT-VALUE})")
    int batch = 128;

    @Option(names = "--seed", paramLabel = "S", order = 4, description = "source of every random number (default: ${DEFAULT-VALUE})")
    long seed = 1;

    @Option(names = "--out", paramLabel = "DIR", order = 5, description = "folder of models and pictures (default: ${DEFAULT-VALUE})")
    Path out = Path.of("runs", "gallery");

    @Mixin(name = OptionSections.DATA)
    DataOptions data = new DataOptions();

    @Mixin(name = "Engine")
    EngineOptions engine = new EngineOptions();

    GalleryCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        UsageException.require(!latents.isEmpty(), "--latents needs a size, such as 2,5,10,20");
        TrainSpec.standard(epochs.orElse(EPOCHS), seed).withBatchSize(batch); // refuses bad values before the data is read
        ModelOptions model = new ModelOptions();
        model.hidden = hidden;
        model.spec(1); // refuses bad widths before the data is read
        RunOptions options = RunOptions.defaults().withBackend(engine.choice()).withFusion(engine.fusion());
        Outputs.folder(out);
        Split split = data.load(terminal.env());
        DataOptions.heldOut(split).ifPresent(note -> say("fvae: %s", note));
        UsageException.require(split.train().image().isPresent(), "a gallery needs examples that are pictures, and those of %s have no shape;"
                + " give pictures, or --resize HxW", split.train().name());
        TrainSpec train = TrainSpec.standard(epochs.orElseGet(() -> enough(split.train().size(), batch)), seed).withBatchSize(batch);
        HtmlReport page = HtmlReport.titled("Latent spaces of " + data.data.orElse("the data"));
        page.lead(String.join(" ", words()));
        List<Path> files = new ArrayList<>();
        for (int latent : latents) {
            model.latent = latent;
            VaeSpec spec = model.spec(split.train().features());
            say("%d latents", latent);
            Path folder = out.resolve("latent-" + latent);
            Exit exit = new TrainingRun(this, spec, train, Normalization.Kind.UNIT, split, options.replacing(folder), folder, "gallery")
                    .execute(finished -> show(page, finished, files));
            if (exit != Exit.OK) {
                return exit;
            }
        }
        Path html = out.resolve("gallery.html");
        page.save(html);
        files.add(html);
        tell(files);
        return Exit.OK;
    }

    /// Epochs that bring a net of the default width past the stage at which all its samples look alike.
    static int enough(int examples, int batch) {
        return Math.max(EPOCHS, Math.ceilDiv(STEPS, Math.ceilDiv(examples, batch)));
    }

    private static void show(HtmlReport page, TrainingRun.Finished finished, List<Path> files) {
        TrainingRun run = finished.run();
        page.section(run.spec().latent() + " latents").paragraph("Test ELBO " + Results.number(finished.results().test().elbo())
                + " nats, KL " + Results.number(finished.results().test().kl()) + ", " + finished.results().activeUnits() + " active units.");
        List<Path> pictures = new ArrayList<>(FROM_REPORT.stream().map(run.folder()::resolve).filter(finished.pictures()::contains).toList());
        pictures.addAll(LecturePictures.write(finished.results().vae(), run.data().test(), run.folder()));
        for (Path picture : pictures) {
            page.picture(image(picture), caption(picture));
        }
        files.addAll(pictures);
    }

    private static String caption(Path picture) {
        return String.valueOf(picture.getFileName()).replace(".png", "").replace('-', ' ');
    }

    private static BufferedImage image(Path file) {
        try {
            return ImageIO.read(file.toFile());
        } catch (IOException e) {
            throw IoFailure.reading(file, e);
        }
    }

    private void tell(List<Path> files) {
        if (json) {
            ObjectNode root = Json.object();
            ArrayNode all = root.putArray("pictures");
            files.forEach(f -> all.add(f.toString()));
            print(root);
        } else {
            files.forEach(f -> print(f.toString()));
        }
    }
}
