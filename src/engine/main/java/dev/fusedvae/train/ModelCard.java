package dev.fusedvae.train;

import dev.fusedvae.run.EpochMetrics;
import dev.fusedvae.run.Figures;
import dev.fusedvae.run.History;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.Locale;
import java.util.stream.Collectors;

/// The model card: one page of Markdown for whoever finds the folder.
final class ModelCard {
    private ModelCard() {}

    static String text(Model model) {
        VaeSpec spec = model.spec();
        String kind = spec.objective().variational() ? "Variational autoencoder" : "Autoencoder";
        return """
                # %s %s

                %s

                | | |
                |---|---|
                | data | %s, normalization %s, binarization %s |
                | layers | %s, %s%s |
                | likelihood | %s |
                | objective | %s |
                | parameters | %s |
                | trained | %s |

                %s
                ## Files

                `model.safetensors` holds the weights under PyTorch's names, `config.json` the architecture and the normalization,
                `training.json` every epoch's figures and the machine.

                From Java: `Vae.load(Path.of("this folder"))`.
                %s""".formatted(kind, spec.shape(), summary(model),
                model.data().isEmpty() ? "unknown" : model.data(), model.normalization().kind(), model.train().binarization().flag(),
                spec.shape(), spec.activation().flag(), spec.bias() ? "" : ", no biases",
                spec.likelihood().words(), objective(spec.objective()), String.format(Locale.ROOT, "%,d", model.parameters().count()), training(model.train()),
                figures(model.history(), new FigureTable(spec.objective().bound())), environment(model));
    }

    private static String summary(Model model) {
        History history = model.history();
        if (history.modelEpoch() == 0) {
            return "These parameters were imported, or not trained for a whole epoch; there are no figures.";
        }
        EpochMetrics m = history.epochs().get(history.modelEpoch() - 1);
        return "After %d of %d epochs the test ELBO is **%s** nats per example; training ended: %s.".formatted(m.epoch(),
                model.train().epochs(), nats(m.test().elbo()), history.ending().flag());
    }

    private static String objective(Objective objective) {
        return switch (objective) {
            case Objective.Vae vae -> "negative ELBO, beta " + vae.beta()
                    + (vae.warmupEpochs() > 0 ? ", linear warm-up over " + vae.warmupEpochs() + " epochs" : "")
                    + (vae.freeBits() > 0 ? ", " + vae.freeBits() + " free nats a latent" : "")
                    + (vae.samples() > 1 ? ", " + vae.samples() + " samples" : "");
            case Objective.Autoencoder a -> "reconstruction, no noise, no KL";
            case Objective.Sparse s -> s.words();
            case Objective.Iwae i -> i.words();
        };
    }

    private static String training(TrainSpec train) {
        return "%s, learning rate %s, batch size %d, seed %d".formatted(train.optimizer().flag(), train.optimizer().learningRate(),
                train.batchSize(), train.seed());
    }

    private static String figures(History history, FigureTable table) {
        if (history.modelEpoch() == 0) {
            return "";
        }
        EpochMetrics m = history.epochs().get(history.modelEpoch() - 1);
        return """
                ## Figures of epoch %d

                Nats per example, β = 1: the ELBO is the reconstruction term less the KL term.

                | %s |
                |---|---:|---:|---:|
                | %s |
                | %s |

                %d active units, latents whose mean varies over the test set by more than 0.01.
                """.formatted(m.epoch(), String.join(" | ", table.header()), String.join(" | ", table.train("train, average over the epoch", m.train())),
                String.join(" | ", table.test("test, one sample an example", m.test())), m.activeUnits());
    }

    private static String environment(Model model) {
        return model.environment().isEmpty() ? "" : "\nMade on: " + model.environment().entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue()).collect(Collectors.joining("; ")) + ".\n";
    }

    private static String nats(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
