package dev.fusedvae.train;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.DivergedException;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.eval.Inputs;
import dev.fusedvae.eval.Parameters;
import dev.fusedvae.eval.Rbm;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.RbmGraphs;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.json.JsonObject;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.run.History;
import dev.fusedvae.run.RunOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One run of an [RbmTrainer]: its steps in chunks, and the checkpoints between them.
final class RbmSteps implements AutoCloseable {
    private final RbmTrainer trainer;
    private final Backend backend;
    private final RunOptions options;
    private final RbmTrainer.Listener listener;
    private final Graph graph;
    private final Feed.Training feed;
    private final Executable executable;
    private final int stepsPerEpoch;
    private final long steps;
    private final Chunks chunks;
    private final Optional<JsonObject> identity;
    private final List<RbmTrainer.Epoch> history = new ArrayList<>();
    private Divergence.Snapshot snapshot;
    private long step;

    RbmSteps(RbmTrainer trainer, Backend backend, RunOptions options, RbmTrainer.Listener listener) {
        this.trainer = trainer;
        this.backend = backend;
        this.options = options;
        this.listener = listener;
        int batch = trainer.train().batchSize();
        graph = RbmGraphs.training(trainer.spec(), trainer.train().optimizer(), trainer.train().binarization());
        StepTable table = new StepTable(trainer.train(), trainer.spec().autoencoder().objective(), trainer.data().size());
        feed = new Feed.Training(Inputs.examples(trainer.data(), trainer.normalization()), table);
        identity = options.out().map(folder -> Identity.of(trainer.spec(), trainer.train(), trainer.data(), trainer.normalization()));
        stepsPerEpoch = table.stepsPerEpoch();
        steps = (long) stepsPerEpoch * trainer.train().epochs();
        executable = backend.load(Plan.of(graph, backend.fusion(options.fusion()), batch), feed);
        chunks = new Chunks(executable, stepsPerEpoch);
        if (trainer.spec().persistent()) {
            executable.write(graph.tensor(RbmGraphs.CHAIN), Rbm.coins(trainer.spec(), batch, trainer.train().seed()));
        }
        snapshot = new Divergence.Snapshot(0, trainer.initial(), Parameters.read(executable, state()));
    }

    RbmTrainer.Result run() {
        start();
        try {
            while (step < steps) {
                if (listener.cancelled()) {
                    checkpoint();
                    return result(History.Ending.CANCELLED);
                }
                step += chunks.run(step);
                if (step % stepsPerEpoch == 0) {
                    endEpoch();
                }
            }
        } catch (DivergedException e) {
            throw new Divergence(backend, graph, feed, " or the momentum").explain(snapshot, e, options.out());
        }
        return result(History.Ending.COMPLETE);
    }

    private void start() {
        List<String> notes = new ArrayList<>();
        options.out().filter(folder -> options.start() == RunOptions.Start.NEW).ifPresent(folder -> Occupation.refuse(folder, identity.orElseThrow(), trainer.train().epochs()));
        options.out().ifPresent(Checkpoint::removeLeftovers);
        if (options.resume()) {
            resume(notes);
        }
        snapshot.write(executable, graph);
        if (!options.resume()) {
            save();
        }
        options.out().ifPresent(Unfinished::mark);
        listener.started(history.size(), step, notes);
    }

    private void resume(List<String> notes) {
        Path folder = options.out().orElseThrow();
        Checkpoint.Layout layout = new Checkpoint.Layout(RbmGraphs.parameters(trainer.spec()), state(), trainer.train().batchSize());
        Checkpoint<Progress.OfRbm> checkpoint = Checkpoint.load(folder, identity.orElseThrow(), layout, Progress.OfRbm::read);
        Progress.OfRbm progress = checkpoint.progress();
        progress.refuseBeyond(folder, stepsPerEpoch, trainer.train().epochs());
        checkpoint.note(Checkpoint.engine(backend, options)).ifPresent(notes::add);
        step = progress.step();
        chunks.begin(progress.reconstruction(), 0, progress.nanos());
        history.addAll(progress.history());
        snapshot = new Divergence.Snapshot(step, checkpoint.parameters(), checkpoint.state());
    }

    private void endEpoch() {
        RbmTrainer.Epoch epoch = new RbmTrainer.Epoch(history.size() + 1, chunks.likelihood() / trainer.data().size(), chunks.nanos() / 1e9);
        history.add(epoch);
        chunks.begin(0, 0, 0);
        checkpoint();
        listener.epoch(epoch);
    }

    private void checkpoint() {
        snapshot = new Divergence.Snapshot(step, Parameters.read(executable, RbmGraphs.parameters(trainer.spec())), Parameters.read(executable, state()));
        save();
    }

    private void save() {
        options.out().ifPresent(folder -> new Checkpoint<>(identity.orElseThrow(), Checkpoint.engine(backend, options),
                new Progress.OfRbm(step, chunks.likelihood(), chunks.nanos(), history), snapshot.parameters(), snapshot.state(), Optional.empty()).save(folder));
    }

    private RbmTrainer.Result result(History.Ending ending) {
        float[] chains = trainer.spec().persistent() ? snapshot.state().values(RbmGraphs.CHAIN) : new float[0];
        return new RbmTrainer.Result(snapshot.parameters(), chains, history, ending);
    }

    /// Momentum, and the chains where they are persistent.
    private List<Tensor> state() {
        return graph.tensors(Tensor.Role.STATE);
    }

    @Override
    public void close() {
        executable.close();
    }
}
