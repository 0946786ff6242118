package dev.fusedvae.bench;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.fuse.Fusion;
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
import java.util.stream.IntStream;

/// The engine, kept warm between its turns.
public final class Contestant implements AutoCloseable {
    /// Steps or calls between two looks at the clock where nothing else is asked for.
    static final int WINDOW = 20;
    /// More than a contest runs: orders that come round again are not the training of ours.
    private static final int EPOCHS_EXPORTED = 40;

    private final Backend backend;
    private final Executable executable;
    private final Fusion fusion;
    private final int window;
    private final double[] metrics;
    private Feed feed;
    private long step;

    /// Takes `backend` over.
    private Contestant(Backend backend, Graph graph, Fusion fusion, Feed feed, int window) {
        this.backend = backend;
        this.fusion = fusion;
        this.feed = feed;
        this.window = window;
        metrics = new double[feed instanceof Feed.Training training ? 2 * Math.max(Math.max(window, Proof.SHOWN), training.table().stepsPerEpoch()) : 0];
        try {
            executable = backend.load(Plan.of(graph, fusion, feed.batch()), feed);
            Nets.initialize(executable);
        } catch (RuntimeException e) {
            backend.close();
            throw e;
        }
    }

    /// A whole training step on full batches.
    ///
    /// @param seed of the order of the examples and of the noise; weights are always the same
    public static Contestant training(Side side, Course course, long seed) {
        VaeSpec spec = Nets.spec(course.net());
        TrainSpec train = TrainSpec.standard(1, seed).withBatchSize(course.batch());
        Graph graph = Graphs.training(spec, train.optimizer(), train.clipNorm(), train.binarization());
        StepTable table = new StepTable(train, spec.objective(), course.stepsPerEpoch() * course.batch());
        return new Contestant(side.open().get(), graph, side.fusion(), new Feed.Training(course.examples(), table), course.window());
    }

    /// The encoder alone, on one batch.
    static Contestant encoder(Side side, VaeSpec spec, int batch, Examples examples) {
        return new Contestant(side.open().get(), Graphs.encode(spec, Binarization.NONE), side.fusion(), new Feed.Inference(examples, batch, 1), WINDOW);
    }

    /// Writes what a peer needs to take the very same steps: weights under PyTorch's names, `order` of the examples for
    /// 40 epochs, `eps` of the first `steps` (sample s of example i is row i·k + s). To be called before the first step.
    void export(Path file, int steps) throws IOException {
        training();
        Graph graph = executable.plan().graph();
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
            int latent = graph.spec().latent();
            int rows = feed.batch() * graph.spec().objective().samples();
            float[] eps = new float[steps * rows * latent];
            for (int i = 0; i < steps; i++) {
                Normals.block(feed.noise(), i, 0, rows, latent, eps, i * rows * latent, latent, 32);
            }
            npz.floats("eps", eps, steps, rows, latent);
        }
    }

    /// The feed of one that trains.
    private Feed.Training training() {
        if (feed instanceof Feed.Training training) {
            return training;
        }
        throw new IllegalStateException("an encoder takes no steps");
    }

    private boolean trains() {
        return feed instanceof Feed.Training;
    }

    int window() {
        return window;
    }

    /// Seconds of the next `steps` steps by the wall clock, to the end of their work on the device.
    ///
    /// @param steps at most an epoch, or a window where that is longer
    public double seconds(int steps) {
        training();
        long start = System.nanoTime();
        executable.run(step, steps, metrics);
        step += steps;
        return (System.nanoTime() - start) / 1e9;
    }

    /// The loss of the `i`-th of the last steps that ran at once, in nats per example.
    public double loss(int i) {
        return -(metrics[2 * i] - metrics[2 * i + 1]) / feed.batch();
    }

    /// Losses of the next steps, nats per example.
    public double[] losses(int steps) {
        seconds(steps);
        return IntStream.range(0, steps).mapToDouble(this::loss).toArray();
    }

    /// Runs so many steps or calls, and whole windows of steps.
    void run(int steps) {
        for (int i = 0; i < steps; i += trains() ? window : 1) {
            turn();
        }
    }

    private void turn() {
        if (trains()) {
            seconds(window);
        } else {
            executable.run(0, 1, metrics);
        }
    }

    /// Median over windows of steps or calls, in milliseconds each.
    double millisAStep(int steps) {
        double[] windows = new double[Math.max(1, steps / window)];
        for (int w = 0; w < windows.length; w++) {
            long start = System.nanoTime();
            run(window);
            windows[w] = (System.nanoTime() - start) / 1e6 / window;
        }
        Arrays.sort(windows);
        return windows[windows.length / 2];
    }

    /// Takes `steps` more steps at `rate`, so that what is left of the noise of single steps no longer shows in [#heldOut].
    void settle(int steps, double rate) {
        StepTable table = training().table();
        feed = new Feed.Training(feed.examples(), new StepTable(table.train().withOptimizer(new OptimizerSpec.Adam(rate)), table.objective(), table.examples()));
        executable.feed(feed);
        run(steps);
    }

    /// Steps taken so far.
    int steps() {
        return Math.toIntExact(step);
    }

    /// Negative ELBO of `heldOut` with one sample each, nats per example, as trained so far.
    double heldOut(Examples heldOut) {
        VaeSpec spec = executable.plan().graph().spec();
        Graph graph = Graphs.elbo(spec, Binarization.NONE);
        Feed.Inference all = new Feed.Inference(heldOut, feed.batch(), 7);
        double sum = 0;
        try (Executable elbo = backend.load(Plan.of(graph, fusion, feed.batch()), all)) {
            graph.tensors(Tensor.Role.PARAMETER).forEach(t -> elbo.write(t, executable.read(t)));
            for (int i = 0; i < all.steps(); i++) {
                elbo.run(i, 1, new double[0]);
                int rows = Math.min(feed.batch(), heldOut.count() - i * feed.batch());
                float[] ll = elbo.read(graph.tensor("ll"));
                float[] kl = elbo.read(graph.tensor("kl"));
                for (int r = 0; r < rows; r++) {
                    sum += kl[r] - ll[r];
                }
            }
        }
        return sum / heldOut.count();
    }

    public String device() {
        return backend.device();
    }

    public int launches() {
        return executable.plan().launches();
    }

    public long arenaBytes() {
        return executable.arenaBytes();
    }

    @Override
    public void close() {
        try (backend) {
            executable.close();
        }
    }
}
