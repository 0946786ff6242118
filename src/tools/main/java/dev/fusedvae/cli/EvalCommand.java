package dev.fusedvae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.Vae;
import dev.fusedvae.data.Split;
import dev.fusedvae.run.Evaluation;
import dev.fusedvae.run.Figures;
import dev.fusedvae.run.MarginalLikelihood;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Scores a model.
@Command(name = "eval", description = "Score a trained model: ELBO, reconstruction, KL, active units and more, in nats per example.",
        footer = {"  ${ROOT-COMMAND-NAME} eval --model runs/demo --data digits --json", "  ${ROOT-COMMAND-NAME} eval --model runs/demo --samples 1000"})
final class EvalCommand extends ModelCommand {

    @Option(names = "--with-train", order = 1, description = "score the training set as well")
    boolean withTrain;

    @Option(names = "--samples", paramLabel = "K", order = 2, description = "importance samples per example for log p(x) and the posterior gap"
            + " (default: 0, which leaves them out)")
    int samples;

    @Mixin(name = "Data (default: what the model was trained on)")
    DataOptions data = new DataOptions();

    EvalCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        UsageException.require(samples >= 0, "--samples must be >= 0, got %d", samples);
        try (Vae vae = open()) {
            boolean random = vae.spec().objective().variational();
            UsageException.require(samples == 0 || random, "log p(x) by importance sampling needs a random z, which a model of objective %s"
                    + " does not have; leave --samples out", vae.spec().objective().flag());
            Split split = data.shown(vae, withTrain ? Optional.of("train") : Optional.empty(), terminal.env());
            Optional<Figures> train = withTrain ? Optional.of(Results.figures(vae.evaluate(split.train()))) : Optional.empty();
            Evaluation test = vae.evaluate(split.test());
            Optional<MarginalLikelihood> marginal = samples == 0 ? Optional.empty()
                    : Optional.of(vae.logLikelihood(split.test(), samples, new Countdown(terminal, quiet, split.test().size())::done));
            Quality quality = Quality.of(vae, split.test());
            Results results = Results.of(vae, "layer", train, test);
            if (json) {
                print(json(results.json(false, split.train().size()), test, marginal, quality));
            } else {
                results.table().forEach(this::print);
                report(vae, test, marginal, quality);
            }
        }
        return Exit.OK;
    }

    private static ObjectNode json(ObjectNode root, Evaluation test, Optional<MarginalLikelihood> marginal, Quality quality) {
        ObjectNode node = root.withObject("/test");
        node.put("examples", test.examples());
        marginal.ifPresent(m -> {
            node.put("nll", m.nll());
            node.put("nllStandardError", m.standardError());
            node.put("nllSamples", m.samples());
        });
        marginal.ifPresentOrElse(m -> node.put("posteriorGap", m.mean() - test.elbo()), () -> node.putNull("posteriorGap"));
        quality.put(node);
        return root;
    }

    private void report(Vae vae, Evaluation test, Optional<MarginalLikelihood> marginal, Quality quality) {
        marginal.ifPresent(m -> print(String.format(Locale.ROOT,
                "NLL %.3f nats, standard error %.3f, by %d importance samples; posterior gap log p(x) - ELBO %.3f",
                m.nll(), m.standardError(), m.samples(), m.mean() - test.elbo())));
        print("%d examples; active units: %d of %d".formatted(test.examples(), test.activeUnits(), vae.spec().latent()));
        if (!test.klPerLatent().isEmpty()) {
            print("KL by latent: " + test.klPerLatent().stream().map(Results::number).collect(Collectors.joining(" ")));
        }
        quality.lines().forEach(this::print);
        quality.collapse().ifPresent(c -> print("warning: " + c));
    }
}
