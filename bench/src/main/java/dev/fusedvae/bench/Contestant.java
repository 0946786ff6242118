package dev.fusedvae.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.fuse.FusionLevel;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.rng.Normals;
import dev.fusedvae.rng.Permutation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// The engine, kept warm between its turns.
public final class Contestant implements AutoCloseable {
    static final int WINDOW = 20;
    private static final int EPOCHS_EXPORTED = 3;

    private final Backend backend;
    private Executable executable;
    private Feed feed;
    private final int batch;
    private final double[] metrics = new double[2 * WINDOW];
    private long step;

    private Contestant(Backend backend, Plan plan, Feed feed) {
        this.backend = backend;
        this.feed = feed;
        batch = feed.batch();
        executable = backend.load(plan, feed);
        Nets.initialize(executable);
    }

    /// A whole training step on batches of `batch`; full batches only, as the peers do with drop_last.
    ///
    /// @param seed of the order of the examples and of the noise; weights are always the same
    public static Contestant training(Backend backend, VaeSpec spec, int batch, Examples examples, long seed) {
        TrainSpec train = TrainSpec.standard(1, seed).withBatchSize(batch);
        Plan plan = Plan.of(Graphs.training(spec, train.optimizer(), train.clipNorm(), train.binarization()), FusionLevel.LAYER, batch);
        StepTable table = new StepTable(train, spec.objective(), examples.count() / batch * batch);
        return new Contestant(backend, plan, new Feed.Training(examples, table));
    }

    /// The encoder alone, on one batch.
    static Contestant encoder(Backend backend, VaeSpec spec, int batch, Examples examples) {
        Plan plan = Plan.of(Graphs.encode(spec, Binarization.NONE), FusionLevel.LAYER, batch);
        return new Contestant(backend, plan, new Feed.Inference(examples, batch, 1));
    }

    /// Writes what a peer needs to take the very same steps: weights under PyTorch's names, `order` of the examples for
    /// three epochs, `eps` of the first 20 steps (sample s of example i is row i·k + s). To be called before the first step.
    public void export(Path file) throws IOException {
        if (!trains()) {
            throw new IllegalStateException("an encoder takes no steps");
        }
        Graph graph = executable.plan().graph();
        int latent = graph.spec().latent();
        try (Npz npz = new Npz(file)) {
            for (Tensor t : graph.tensors(Tensor.Role.PARAMETER)) {
                int[] shape = t.rows() == 1 ? new int[] {t.width()} : new int[] {t.rows(), t.width()};
                npz.floats(t.name(), executable.read(t), shape);
            }
            int n = feed.examples().count();
            int[] order = new int[EPOCHS_EXPORTED * n];
            for (int epoch = 0; epoch < EPOCHS_EXPORTED; epoch++) {
                Permutation permutation = new Permutation(feed.seed(), epoch, n);
                for (int i = 0; i < n; i++) {
                    order[epoch * n + i] = permutation.index(i);
                }
            }
            npz.ints("order", order, EPOCHS_EXPORTED, n);
            int rows = batch * graph.spec().objective().samples();
            float[] eps = new float[WINDOW * rows * latent];
            for (int i = 0; i < WINDOW; i++) {
                Normals.block(feed.noise(), i, 0, rows, latent, eps, i * rows * latent, latent, 32);
            }
            npz.floats("eps", eps, WINDOW, rows, latent);
        }
    }

    /// Losses of the first 20 steps, nats per example.
    public double[] firstLosses() {
        executable.run(0, WINDOW, metrics);
        step = WINDOW;
        double[] losses = new double[WINDOW];
        for (int i = 0; i < WINDOW; i++) {
            losses[i] = -(metrics[2 * i] - metrics[2 * i + 1]) / batch;
        }
        return losses;
    }

    /// The largest relative difference of losses from `ours`; infinite where the lengths differ.
    public static double worst(double[] ours, JsonNode theirs) {
        double worst = ours.length == theirs.size() ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < Math.min(ours.length, theirs.size()); i++) {
            worst = Math.max(worst, Math.abs(ours[i] - theirs.get(i).asDouble()) / Math.abs(ours[i]));
        }
        return worst;
    }

    /// Runs so many steps or calls.
    void run(int steps) {
        for (int i = 0; i < steps; i += trains() ? WINDOW : 1) {
            turn();
        }
    }

    private boolean trains() {
        return feed instanceof Feed.Training;
    }

    private void turn() {
        if (trains()) {
            executable.run(step, WINDOW, metrics);
            step += WINDOW;
        } else {
            executable.run(0, 1, metrics);
        }
    }

    /// Median over windows of 20 steps or calls.
    double millisAStep(int steps) {
        double[] windows = new double[Math.max(1, steps / WINDOW)];
        for (int w = 0; w < windows.length; w++) {
            long start = System.nanoTime();
            for (int i = 0; i < WINDOW; i += trains() ? WINDOW : 1) {
                turn();
            }
            windows[w] = (System.nanoTime() - start) / 1e6 / WINDOW;
        }
        Arrays.sort(windows);
        return windows[windows.length / 2];
    }

    /// Takes `steps` more steps at `rate`, so that what is left of the noise of single steps no longer shows in [#heldOut].
    void settle(int steps, double rate) {
        if (!(feed instanceof Feed.Training training)) {
            throw new IllegalStateException("an encoder takes no steps");
        }
        StepTable table = training.table();
        feed = new Feed.Training(training.examples(),
                new StepTable(table.train().withOptimizer(new OptimizerSpec.Adam(rate)), table.objective(), table.examples()));
        try (Executable timed = executable) {
            Graph graph = timed.plan().graph();
            Executable slow = backend.load(timed.plan(), feed);
            for (Tensor.Role role : List.of(Tensor.Role.PARAMETER, Tensor.Role.STATE)) {
                graph.tensors(role).forEach(t -> slow.write(t, timed.read(t)));
            }
            executable = slow;
        }
        run(steps);
    }

    /// Steps or calls taken so far.
    int steps() {
        return Math.toIntExact(step);
    }

    /// Negative ELBO of `heldOut` with one sample each, nats per example, as trained so far.
    double heldOut(Examples heldOut) {
        VaeSpec spec = executable.plan().graph().spec();
        Graph graph = Graphs.elbo(spec, Binarization.NONE);
        Feed.Inference all = new Feed.Inference(heldOut, batch, 7);
        double sum = 0;
        try (Executable elbo = backend.load(Plan.of(graph, FusionLevel.LAYER, batch), all)) {
            graph.tensors(Tensor.Role.PARAMETER).forEach(t -> elbo.write(t, executable.read(t)));
            for (int i = 0; i < all.steps(); i++) {
                elbo.run(i, 1, new double[0]);
                int rows = Math.min(batch, heldOut.count() - i * batch);
                float[] ll = elbo.read(graph.tensor("ll"));
                float[] kl = elbo.read(graph.tensor("kl"));
                for (int r = 0; r < rows; r++) {
                    sum += kl[r] - ll[r];
                }
            }
        }
        return sum / heldOut.count();
    }

    long arenaBytes() {
        return executable.arenaBytes();
    }

    @Override
    public void close() {
        try (backend) {
            executable.close();
        }
    }
}
