package dev.fusedvae.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.data.Split;
import dev.fusedvae.results.Program;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.Schedule;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Trains two small models on real digits and draws what they learned.
@Command(name = "demo", description = {"Train on 1497 real handwritten digits, score on 300 others, and draw pictures: some seconds.",
    "A second model with a plane as latent space draws the manifold."}, footer = "  ${ROOT-COMMAND-NAME} demo")
final class DemoCommand extends FvaeCommand {
    private static final int BATCH = 32;
    private static final double RATE = 3e-3;

    @Option(names = "--out", paramLabel = "DIR", order = 0, description = "folder of models and pictures (default: ${DEFAULT-VALUE})")
    Path out = Path.of("runs", "demo");

    @Option(names = "--epochs", paramLabel = "N", order = 1, description = "passes over the digits (default: ${DEFAULT-VALUE})")
    int epochs = 60;

    @Option(names = "--seed", paramLabel = "S", order = 2, description = "source of every random number (default: ${DEFAULT-VALUE})")
    long seed = 1;

    @Mixin(name = "Engine")
    EngineOptions engine = new EngineOptions();

    DemoCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        RunOptions options = RunOptions.defaults().withBackend(engine.choice()).withFusion(engine.fusion());
        TrainSpec train = TrainSpec.standard(epochs, seed).withBatchSize(BATCH).withOptimizer(new OptimizerSpec.Adam(RATE))
                .withSchedule(new Schedule.Cosine(Math.max(1, epochs), 0));
        Outputs.folder(out);
        Split digits = Catalogue.load("digits", Optional.empty(), terminal.env());
        List<TrainingRun.Finished> finished = new ArrayList<>();
        Exit exit = run(digits, VaeSpec.of(64, List.of(256), 8), train, options, out).execute(finished::add);
        if (exit == Exit.OK) {
            VaeSpec plane = VaeSpec.of(64, List.of(256, 128), 2).withActivation(Activation.TANH);
            exit = run(digits, plane, train, options, out.resolve("plane")).execute(finished::add);
        }
        if (exit == Exit.OK) {
            report(finished.getFirst(), finished.getLast());
        }
        return exit;
    }

    private TrainingRun run(Split digits, VaeSpec spec, TrainSpec train, RunOptions options, Path folder) {
        return new TrainingRun(this, spec, train, Normalization.Kind.UNIT, digits, options.replacing(folder), folder, "digits");
    }

    private void report(TrainingRun.Finished digits, TrainingRun.Finished plane) {
        List<Path> pictures = new ArrayList<>(digits.pictures());
        pictures.addAll(plane.pictures());
        if (json) {
            ObjectNode root = digits.json();
            ArrayNode files = root.putArray("pictures");
            pictures.forEach(p -> files.add(p.toString()));
            print(root);
            return;
        }
        print("Trained %s on 1497 digits, scored on 300 others:".formatted(digits.results().vae().spec().shape()));
        digits.results().table().forEach(this::print);
        print("");
        print("Pictures:");
        pictures.forEach(p -> print("  " + p));
        print("");
        print("Next: %1$s sample --model %2$s, or %1$s data fetch mnist && %1$s train --data mnist".formatted(Program.name(), out));
    }
}
