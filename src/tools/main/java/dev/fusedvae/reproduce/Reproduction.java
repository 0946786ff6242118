package dev.fusedvae.reproduce;

import dev.fusedvae.Vae;
import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Backends;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.io.IoFailure;
import dev.fusedvae.results.Json;
import dev.fusedvae.run.EpochMetrics;
import dev.fusedvae.run.History;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.run.TrainingListener;
import dev.fusedvae.train.Model;
import dev.fusedvae.train.ModelFolder;
import dev.fusedvae.train.Trained;
import dev.fusedvae.train.TrainingJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;

/// Runs one case in a folder of its own, which holds the model, the checkpoint and, once measured, `result.json`.
///
/// A case that was stopped goes on from its checkpoint; one whose result is there is not run again.
///
/// @param publishedEpochs epochs of the published setup; those of `task` may differ
/// @param folder          of this case alone
public record Reproduction(String row, Case task, int publishedEpochs, Path folder) {
    private static final String RESULT = "result.json";
    private static final String CHECKPOINT = "checkpoint.safetensors";

    /// A case in every detail but its name.
    private static String identity(Case task) {
        return task.material() + " " + task.normalization() + " " + task.spec() + " " + task.train() + " " + task.training() + " " + task.measure();
    }

    /// The result that an earlier run left, if it was of this very case; one of the same case after other epochs is no result
    /// of this run, which goes on from its checkpoint.
    ///
    /// @throws IoFailure if the result is of another setup: going on would mix two runs
    public Optional<Outcome> finished() {
        Path file = folder.resolve(RESULT);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Outcome outcome = Outcome.read(file);
        if (outcome.epochs() < 1 || !outcome.identity().equals(identity(task.withEpochs(outcome.epochs())))) {
            throw new IoFailure(file + " is the result of another setup than " + row + "/" + task.name()
                    + ", so there is nothing to go on with; choose another --out, or start anew without --resume");
        }
        return Optional.of(outcome).filter(o -> o.epochs() == task.train().epochs());
    }

    /// Refuses to start anew where a run lies that was stopped: its checkpoint may be hours of work.
    public void refuseUnfinished() {
        if (Files.exists(folder.resolve(CHECKPOINT)) && !Files.exists(folder.resolve(RESULT))) {
            throw new IoFailure(folder + " holds a run that did not end; go on with --resume, choose another --out, or remove "
                    + folder.resolve(CHECKPOINT) + " to start anew");
        }
    }

    /// A trained model, which the receiver closes, and the time its steps took, over all sessions.
    public record Run(Vae vae, double seconds) {}

    /// Trains, from the checkpoint if `resume` and there is one.
    public Run train(Material.Data data, RunOptions options, boolean resume, TrainingListener listener) {
        Normalization normalization = Normalization.fit(task.normalization(), data.training().train());
        boolean goOn = resume && Files.exists(folder.resolve(CHECKPOINT));
        RunOptions placed = goOn ? options.resuming(folder) : options.replacing(folder);
        // an older result is void once the run has begun: not before, because a checkpoint may be refused
        TrainingListener begun = new OnStart(listener, this::removeResult);
        return switch (task.training()) {
            case LAST -> run(data, normalization, placed, begun);
            case BEST -> run(data, normalization, placed.withPatience(Math.max(1, task.train().epochs())), begun);
            case DECODER -> regress(new TrainingJob(task.spec(), task.train(), data.training(), normalization), options);
        };
    }

    private Run run(Material.Data data, Normalization normalization, RunOptions options, TrainingListener listener) {
        Vae vae = Vae.train(task.spec(), task.train(), data.training(), normalization, options, listener);
        return new Run(vae, vae.history().epochs().stream().mapToDouble(EpochMetrics::seconds).sum());
    }

    /// Seconds only, so there is no checkpoint.
    private Run regress(TrainingJob job, RunOptions options) {
        removeResult();
        try (Backend backend = Backends.open(options.backend()).backend()) {
            long start = System.nanoTime();
            Trained trained = new Trained(Regression.train(job, backend, options), History.none(),
                    Map.of("backend", backend.name(), "device", backend.device(), "fusion", options.fusion().flag()));
            double seconds = (System.nanoTime() - start) / 1e9;
            ModelFolder.save(folder, Model.of(job, trained));
            return new Run(Vae.load(folder, options.backend()), seconds);
        }
    }

    private void removeResult() {
        try {
            Files.deleteIfExists(folder.resolve(RESULT));
        } catch (IOException e) {
            throw IoFailure.writing(folder.resolve(RESULT), e);
        }
    }

    /// Measures the model of a training that ended, and leaves the result in the folder.
    ///
    /// @param machine  what the caller knows of it; backend, device, Java and date are added
    /// @param progress is given the number of examples measured
    public Outcome measure(Run run, Material.Data data, Map<String, String> machine, IntConsumer progress) {
        Vae vae = run.vae();
        if (vae.history().ending() == History.Ending.CANCELLED) {
            throw new IllegalStateException("a cancelled training has no result; train it to the end first");
        }
        long start = System.nanoTime();
        List<Check> checks = Judge.measure(vae, data.measured(), task.measure(), progress);
        double seconds = (System.nanoTime() - start) / 1e9;
        Map<String, String> all = new LinkedHashMap<>(machine);
        all.putAll(vae.environment());
        all.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        Outcome outcome = new Outcome(row, task.name(), identity(task), task.train().epochs(), publishedEpochs,
                run.seconds(), seconds, all, checks);
        Json.write(folder.resolve(RESULT), outcome.json());
        return outcome;
    }
}
