package dev.fusedvae.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.Vae;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.data.Split;
import dev.fusedvae.run.History;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// A training from start to report: what `train` and `demo` share.
///
/// @param folder where model, checkpoint, pictures and report go
/// @param label  of the data, for titles
record TrainingRun(FvaeCommand command, VaeSpec spec, TrainSpec train, Normalization.Kind normalization, Split data,
                   RunOptions options, Path folder, String label) {

    /// What a finished run has to tell.
    record Finished(TrainingRun run, Results results, List<Path> pictures) {

        ObjectNode json() {
            ObjectNode root = results.json(true, run.data.train().size());
            root.put("data", run.label);
            root.put("seed", run.train.seed());
            root.put("out", run.folder.toString());
            ArrayNode files = root.putArray("pictures");
            pictures.forEach(p -> files.add(p.toString()));
            return root;
        }

        List<String> table() {
            List<String> lines = new ArrayList<>(results.table());
            lines.add("");
            lines.add("model, pictures and report.html are in " + run.folder);
            return lines;
        }
    }

    /// Trains, writes pictures and report, and hands the result to `then`; an interrupted run ends with its checkpoint.
    Exit execute(Consumer<Finished> then) {
        Normalization fitted = Normalization.fit(normalization, data.train());
        try (Interruption interruption = Interruption.listen(() -> command.terminal.say("\nfvae: stopping; the checkpoint is being written"));
                ProgressView view = new ProgressView(command.terminal, command.quiet, interruption::requested);
                Vae vae = Vae.train(spec, train, data, fitted, options, view)) {
            view.end();
            History history = vae.history();
            if (history.ending() == History.Ending.CANCELLED) {
                command.terminal.say("fvae: interrupted after %d of %d epochs; go on with: %s".formatted(
                        history.epochs().size(), train.epochs(), command.again(folder)));
                return Exit.INTERRUPTED;
            }
            Results results = results(vae, history);
            List<Path> pictures = RunReport.write(vae, data, results, folder,
                    "%s: a %s model".formatted(label, spec.shape()), String.join(" ", command.words()));
            if (Fonts.families() == 0) {
                command.say("fvae: %s", Fonts.MISSING);
            }
            then.accept(new Finished(this, results, pictures));
            return Exit.OK;
        }
    }

    private Results results(Vae vae, History history) {
        return history.modelEpoch() > 0
                ? Results.of(vae, options.fusion().flag(), history.epochs().get(history.modelEpoch() - 1))
                : Results.of(vae, options.fusion().flag(), Optional.empty(), vae.evaluate(data.test()));
    }
}
