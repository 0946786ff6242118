package dev.fusedvae.cli;

import dev.fusedvae.data.Split;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.train.Unfinished;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Trains a model.
@Command(name = "train", description = "Train a model, and write it with pictures and a report into one folder.",
        footer = {"  ${ROOT-COMMAND-NAME} train --data mnist --hidden 400 --latent 20 --epochs 10 --out runs/mnist",
            "  ${ROOT-COMMAND-NAME} train --data faces/ --resize 32x32 --likelihood gaussian-scalar"})
final class TrainCommand extends FvaeCommand {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

    @Option(names = "--out", paramLabel = "DIR", order = 0, description = "folder of the model (default: runs/DATA-TIME)")
    Optional<Path> out = Optional.empty();

    @Option(names = "--resume", order = 1, description = "go on from the checkpoint in --out, bit for bit; repeat the other flags")
    boolean resume;

    @Option(names = "--force", order = 1, description = "start anew in --out, whatever it holds: the model of another run, or a training that did not end")
    boolean force;

    @Option(names = "--patience", paramLabel = "N", order = 2,
            description = "stop after N epochs without a better test ELBO and keep the best (default: 0, never)")
    int patience;

    @Mixin(name = OptionSections.DATA)
    DataOptions data = new DataOptions();

    @Mixin(name = "Model")
    ModelOptions model = new ModelOptions();

    @Mixin(name = "Training")
    TrainingOptions training = new TrainingOptions();

    @Mixin(name = "Engine")
    EngineOptions engine = new EngineOptions();

    TrainCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        UsageException.require(patience >= 0, "--patience must be >= 0 epochs, got %d", patience);
        UsageException.require(!resume || !force, "--resume goes on and --force starts anew; give one of them");
        UsageException.require(!resume || out.isPresent(), "--resume needs --out, the folder that holds the checkpoint");
        model.spec(1); // refuses bad flags before the data is read
        TrainSpec train = training.spec();
        FusionLevel fusion = engine.fusion();
        RunOptions options = RunOptions.defaults().withBackend(engine.choice()).withFusion(fusion).withPatience(patience);
        Split split = data.load(terminal.env());
        DataOptions.heldOut(split).ifPresent(note -> say("fvae: %s", note));
        Path folder = Outputs.folder(out.orElseGet(this::freshFolder));
        if (!resume && !force) {
            Outputs.refuseUnfinished(folder);
        } else if (!force && Unfinished.in(folder)) {
            say("fvae: %s holds a training that did not end; it goes on from its checkpoint", folder);
        }
        TrainingRun run = new TrainingRun(this, model.spec(split.train().features()), train, training.normalization(), split,
                resume ? options.resuming(folder) : force ? options.replacing(folder) : options.withOut(folder), folder, label());
        return run.execute(finished -> {
            if (json) {
                print(finished.json());
            } else {
                finished.table().forEach(this::print);
            }
        });
    }

    /// `mnist`, or the file's name without its extension.
    private String label() {
        Path name = Path.of(data.data.orElse("data")).getFileName();
        return name == null ? "data" : name.toString().replaceFirst("(?<=.)\\..*$", "");
    }

    private Path freshFolder() {
        Path folder = Path.of("runs", label() + "-" + LocalDateTime.now().format(TIME));
        for (int i = 2; Files.exists(folder); i++) {
            folder = folder.resolveSibling(label() + "-" + LocalDateTime.now().format(TIME) + "-" + i);
        }
        return folder;
    }
}
