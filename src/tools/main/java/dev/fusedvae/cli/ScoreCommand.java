package dev.fusedvae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fusedvae.Vae;
import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.DataFiles;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.ReadOptions;
import dev.fusedvae.results.Json;
import dev.fusedvae.run.Evaluation;
import dev.fusedvae.run.MarginalLikelihood;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Scores examples one by one.
@Command(name = "score", description = {"Score every example of a file: one row per example, in the file's order; numbers are nats, and higher is better.",
    "elbo_nats = reconstruction_nats - kl_nats, with one noise sample; reconstruction_nats is log p(x|z), kl_nats the KL of q(z|x) to the prior.",
    "log_px_nats estimates log p(x) by importance sampling, standard_error_nats is the error of that estimate.",
    "An autoencoder has reconstruction_nats alone."},
        footer = {"  ${ROOT-COMMAND-NAME} score --model runs/mnist new.npy --out scores.csv", "  ${ROOT-COMMAND-NAME} score --model runs/demo digits --samples 1000"})
final class ScoreCommand extends ModelCommand {
    private static final int MOST_SAMPLES = 10_000_000;

    @Parameters(paramLabel = "FILE", description = "IDX, NPY, NPZ, CSV, amat or a folder of PNGs; or the name of a data set, whose test part is scored")
    String file;

    @Option(names = "--samples", paramLabel = "K", order = 1, description = "importance samples per example; 0 leaves log p(x) out (default: ${DEFAULT-VALUE})")
    int samples = 500;

    @Option(names = "--out", paramLabel = "FILE", order = 2, description = "a .csv with a header, or a .npy of float32 (default: CSV on stdout)")
    Optional<Path> out = Optional.empty();

    @Option(names = "--label-column", paramLabel = "N", order = 3, description = "column of the label in a text table: 1 is the first, -1 the last")
    Optional<Integer> labelColumn = Optional.empty();

    @Option(names = "--data-dir", paramLabel = "DIR", order = 4, description = "where to look for a named data set first")
    Optional<Path> dataDir = Optional.empty();

    ScoreCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Exit execute() {
        UsageException.require(samples >= 0 && samples <= MOST_SAMPLES, "--samples must be in 0..%d, got %d", MOST_SAMPLES, samples);
        UsageException.require(!json || out.isPresent(), "--json describes the file that --out names; name one, or leave --json out for CSV on stdout");
        out.ifPresent(path -> Outputs.file(ArrayFile.require(path)));
        try (Vae vae = open()) {
            DataSet examples = examples();
            boolean random = vae.spec().objective().variational();
            Evaluation evaluation = vae.evaluate(examples);
            Optional<MarginalLikelihood> marginal = random && samples > 0
                    ? Optional.of(vae.logLikelihood(examples, samples, new Countdown(terminal, quiet, examples.size())::done)) : Optional.empty();
            write(header(random, marginal.isPresent()), rows(evaluation, random, marginal), evaluation, marginal);
        }
        return Exit.OK;
    }

    private DataSet examples() {
        if (Catalogue.has(file)) {
            return Catalogue.load(file, dataDir, terminal.env()).test();
        }
        ReadOptions options = labelColumn.map(c -> UsageException.value(() -> ReadOptions.defaults().withLabelColumn(c))).orElse(ReadOptions.defaults());
        return DataFiles.read(Path.of(file), options);
    }

    private static List<String> header(boolean random, boolean marginal) {
        List<String> header = new ArrayList<>(random ? List.of("elbo_nats", "reconstruction_nats", "kl_nats") : List.of("reconstruction_nats"));
        if (marginal) {
            header.addAll(List.of("log_px_nats", "standard_error_nats"));
        }
        return header;
    }

    private static float[][] rows(Evaluation e, boolean random, Optional<MarginalLikelihood> marginal) {
        return IntStream.range(0, e.examples()).mapToObj(i -> {
            float[] row = random ? new float[] {(float) e.elbo(i), e.reconstructions()[i], e.kls()[i]} : new float[] {e.reconstructions()[i]};
            return marginal.map(m -> {
                float[] longer = Arrays.copyOf(row, row.length + 2);
                longer[row.length] = (float) m.logLikelihoods()[i];
                longer[row.length + 1] = (float) m.errors()[i];
                return longer;
            }).orElse(row);
        }).toArray(float[][]::new);
    }

    private void write(List<String> header, float[][] rows, Evaluation e, Optional<MarginalLikelihood> marginal) {
        if (out.isEmpty()) {
            ArrayFile.lines(header, rows).forEach(this::print);
            return;
        }
        ArrayFile.write(out.get(), header, rows);
        if (json) {
            ObjectNode root = Json.object();
            root.put("out", out.get().toString());
            root.put("rows", rows.length);
            root.put("meanElbo", e.elbo());
            root.put("meanReconstruction", e.reconstruction());
            marginal.ifPresentOrElse(m -> root.put("meanLogLikelihood", m.mean()), () -> root.putNull("meanLogLikelihood"));
            print(root);
        } else {
            print("%s: %d scores in nats, mean %s %s%s".formatted(out.get(), rows.length, header.getFirst(), Results.number(e.elbo()),
                    marginal.map(m -> ", mean log_px_nats " + Results.number(m.mean())).orElse("")));
        }
    }
}
