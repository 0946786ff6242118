package dev.fusedvae.cli;

import dev.fusedvae.Vae;
import dev.fusedvae.data.Split;
import dev.fusedvae.eval.Evaluation;
import dev.fusedvae.train.Figures;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Scores a model.
@Command(name = "eval", description = "Score a trained model: ELBO, reconstruction, KL and active units, in nats per example.",
        footer = "  fvae eval --model runs/demo --data digits --json")
final class EvalCommand extends ModelCommand {

    @Option(names = "--with-train", order = 1, description = "score the training set as well")
    boolean withTrain;

    @Mixin(name = "Data (default: what the model was trained on)")
    DataOptions data = new DataOptions();

    EvalCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        try (Vae vae = open()) {
            Split split = data.load(recordedData(vae), terminal.env());
            Optional<Figures> train = withTrain ? Optional.of(Results.figures(vae.evaluate(split.train()))) : Optional.empty();
            Evaluation test = vae.evaluate(split.test());
            Results results = Results.of(vae, "layer", train, test);
            if (json) {
                print(results.json(false, split.train().size()));
            } else {
                results.table().forEach(this::print);
                print("active units: %d of %d".formatted(test.activeUnits(), vae.spec().latent()));
            }
        }
        return Exit.OK;
    }
}
