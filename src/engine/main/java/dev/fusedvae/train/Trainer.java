package dev.fusedvae.train;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.DivergedException;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.eval.Evaluator;
import dev.fusedvae.eval.Inference;
import dev.fusedvae.eval.Inputs;
import dev.fusedvae.eval.Parameters;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.io.IoFailure;
import dev.fusedvae.json.JsonObject;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.run.EpochMetrics;
import dev.fusedvae.run.Evaluation;
import dev.fusedvae.run.Figures;
import dev.fusedvae.run.History;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.run.TrainingInfo;
import dev.fusedvae.run.TrainingListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Trains a model. The result is a pure function of the job, up to rounding between backends and fusion levels: not of
/// threads, not of how often the listener is asked, not of interruptions that a checkpoint bridges. (The reference
/// backend computes in double but its checkpoints hold floats, so there a resumed run is close, not equal.)
public final class Trainer implements AutoCloseable {
    private final TrainingJob job;
    private final Backend backend;
    private final RunOptions options;
    private final TrainingListener listener;
    private final Graph graph;
    private final Graph elbo;
    private final Feed.Training feed;
    private final Executable executable;
    /// Whether the second metric is a KL and not another penalty.
    private final boolean variational;
    private final int stepsPerEpoch;
    private final long steps;
    private final Chunks chunks;
    /// What the checkpoint belongs to, where there is one: reading all data costs, so it is done once.
    private final Optional<JsonObject> identity;
    private final List<EpochMetrics> history = new ArrayList<>();
    private Divergence.Snapshot snapshot;
    private Optional<Double> bestElbo = Optional.empty();
    private Optional<Parameters> best = Optional.empty();
    private int bestEpoch;
    private long step;

    private Trainer(TrainingJob job, Backend backend, RunOptions options, TrainingListener listener) {
        this.job = job;
        this.backend = backend;
        this.options = options;
        this.listener = listener;
        graph = Graphs.training(job.spec(), job.train().optimizer(), job.train().clipNorm(), job.train().binarization());
        elbo = Graphs.elbo(job.spec(), job.train().binarization());
        StepTable table = new StepTable(job.train(), job.spec().objective(), job.data().train().size());
        feed = new Feed.Training(Inputs.examples(job.data().train(), job.normalization()), table);
        executable = backend.load(Plan.of(graph, backend.fusion(options.fusion()), job.train().batchSize()), feed);
        variational = job.spec().objective().variational();
        stepsPerEpoch = table.stepsPerEpoch();
        steps = (long) stepsPerEpoch * job.train().epochs();
        chunks = new Chunks(executable, stepsPerEpoch);
        identity = options.out().map(folder -> Identity.of(job));
        snapshot = new Divergence.Snapshot(0, Initializer.initial(job.spec(), job.train().initialization(), job.train().seed()),
                Parameters.read(executable, state()));
    }

    /// Trains to the end, to early stopping or to cancellation. With a folder to write to, the checkpoint is there from the
    /// start on; the model itself is the caller's to save, who then clears the mark of [Unfinished].
    ///
    /// @param notes lines for [TrainingInfo#notes()]
    /// @throws dev.fusedvae.run.TrainingDiverged if a NaN or an infinity turns up; the last checkpoint stays
    /// @throws IoFailure        if the folder cannot be written, or its checkpoint cannot be resumed from
    public static Trained train(TrainingJob job, Backend backend, RunOptions options, TrainingListener listener, List<String> notes) {
        try (Trainer trainer = new Trainer(job, backend, options, listener)) {
            trainer.start(notes);
            return trainer.run();
        }
    }

    private void start(List<String> notes) {
        List<String> all = new ArrayList<>(notes);
        options.out().filter(folder -> options.start() == RunOptions.Start.NEW).ifPresent(folder -> Occupation.refuse(folder, identity.orElseThrow(), job.train().epochs()));
        options.out().ifPresent(Checkpoint::removeLeftovers);
        if (options.resume()) {
            resume(all);
        } else {
            snapshot.write(executable, graph);
            save();
        }
        options.out().ifPresent(Unfinished::mark);
        listener.started(new TrainingInfo(job.spec(), job.train(), backend.name(), backend.device(), options.fusion(),
                job.data().train().size(), job.data().test().size(), stepsPerEpoch, step, snapshot.parameters().count(),
                executable.arenaBytes(), executable.plan().launches(), history, all));
    }

    private void resume(List<String> notes) {
        Path folder = options.out().orElseThrow();
        Checkpoint.Layout layout = new Checkpoint.Layout(parameters(), state(), job.train().batchSize());
        Checkpoint<Progress.OfVae> checkpoint = Checkpoint.load(folder, identity.orElseThrow(), layout, Progress.OfVae::read);
        Progress.OfVae progress = checkpoint.progress();
        progress.refuseBeyond(folder, stepsPerEpoch, job.train().epochs());
        checkpoint.note(Checkpoint.engine(backend, options)).ifPresent(notes::add);
        step = progress.step();
        chunks.begin(progress.reconstruction(), progress.kl(), progress.nanos());
        history.addAll(progress.history());
        bestElbo = progress.bestElbo();
        bestEpoch = progress.bestEpoch();
        best = checkpoint.best();
        snapshot = new Divergence.Snapshot(step, checkpoint.parameters(), checkpoint.state());
        snapshot.write(executable, graph);
    }

    private Trained run() {
        try {
            while (step < steps && !exhausted()) {
                if (listener.cancelled()) {
                    return cancel();
                }
                chunk();
                if (step % stepsPerEpoch == 0) {
                    endEpoch();
                }
            }
        } catch (DivergedException e) {
            throw new Divergence(backend, graph, feed, ", clip gradients by norm, or scale the data").explain(snapshot, e, options.out());
        }
        boolean restore = options.patience() > 0 && best.isPresent();
        return trained(restore ? best.get() : snapshot.parameters(),
                step < steps ? History.Ending.STOPPED_EARLY : History.Ending.COMPLETE, restore ? bestEpoch : history.size());
    }

    /// Whether patience has run out.
    private boolean exhausted() {
        return options.patience() > 0 && bestEpoch > 0 && history.size() - bestEpoch >= options.patience();
    }

    private Trained cancel() {
        snapshot = new Divergence.Snapshot(step, Parameters.read(executable, parameters()), Parameters.read(executable, state()));
        save();
        return trained(snapshot.parameters(), History.Ending.CANCELLED, history.size());
    }

    private Trained trained(Parameters parameters, History.Ending ending, int epoch) {
        return new Trained(parameters, new History(history, ending, epoch), Surroundings.of(backend, options.fusion()));
    }

    private void chunk() {
        step += chunks.run(step);
        long position = (step - 1) % stepsPerEpoch + 1;
        long seen = Math.min(position * job.train().batchSize(), job.data().train().size());
        listener.progress(step, steps, (chunks.likelihood() - kl()) / seen);
    }

    /// Σ KL of the epoch so far; 0 where the second metric is another penalty.
    private double kl() {
        return variational ? chunks.penalty() : 0;
    }

    private void endEpoch() {
        Parameters now = Parameters.read(executable, parameters());
        Evaluation test = evaluate(now);
        int examples = job.data().train().size();
        double seconds = chunks.nanos() / 1e9;
        EpochMetrics metrics = new EpochMetrics(history.size() + 1, Figures.of(chunks.likelihood() / examples, kl() / examples),
                Figures.of(test.reconstruction(), test.kl()), test.klPerLatent(), test.activeUnits(), seconds, examples / seconds);
        history.add(metrics);
        if (options.patience() > 0 && (bestElbo.isEmpty() || test.elbo() > bestElbo.get() + options.minDelta())) {
            bestElbo = Optional.of(test.elbo());
            bestEpoch = metrics.epoch();
            best = Optional.of(now);
        }
        chunks.begin(0, 0, 0);
        snapshot = new Divergence.Snapshot(step, now, Parameters.read(executable, state()));
        save();
        listener.epoch(metrics);
    }

    private Evaluation evaluate(Parameters now) {
        try (Inference inference = new Inference(backend, elbo, now)) {
            Evaluation test = Evaluator.evaluate(inference, elbo, Inputs.examples(job.data().test(), job.normalization()), job.train().seed());
            if (!Double.isFinite(test.elbo())) {
                throw new DivergedException(step - 1, "the test ELBO after step " + (step - 1) + " is not finite");
            }
            return test;
        }
    }

    private void save() {
        options.out().ifPresent(folder -> new Checkpoint<>(identity.orElseThrow(), Checkpoint.engine(backend, options),
                new Progress.OfVae(step, chunks.likelihood(), kl(), chunks.nanos(), history, bestElbo, bestEpoch),
                snapshot.parameters(), snapshot.state(), best).save(folder));
    }

    private List<Tensor> parameters() {
        return graph.tensors(Tensor.Role.PARAMETER);
    }

    private List<Tensor> state() {
        return graph.tensors(Tensor.Role.STATE);
    }

    @Override
    public void close() {
        executable.close();
    }
}
