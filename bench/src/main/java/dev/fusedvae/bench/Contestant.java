package dev.fusedvae.bench;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.lab.Samples;
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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// The engine, kept warm between its turns.
public final class Contestant implements AutoCloseable {
    /// Steps or calls between two readings of the clock, by default.
    static final int WINDOW = 20;
    /// Most values that an order of the examples may have: half a gibibyte.
    private static final long LONGEST_ORDER = 1 << 27;

    private final Backend backend;
    private final Executable executable;
    private final Fusion fusion;
    private final int window;
    private final double[] metrics;
    private Feed feed;
    private long step;

    /// Takes `backend` over: [#close] closes it.
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

    /// The encoder alone, on the first batch of the examples, again and again.
    static Contestant encoder(Side side, Course course) {
        Graph graph = Graphs.encode(Nets.spec(course.net()), Binarization.NONE);
        return new Contestant(side.open().get(), graph, side.fusion(), new Feed.Inference(course.examples(), course.batch(), 1), course.window());
    }

    /// Writes an encoder's weights for a peer, under PyTorch's names. A peer loads a whole net only, so the decoder is there
    /// too, as zeros.
    void exportWeights(Path file) throws IOException {
        encoder();
        try (Npz npz = new Npz(file)) {
            weights(npz);
            for (Tensor t : Graphs.decode(executable.plan().graph().spec()).tensors(Tensor.Role.PARAMETER)) {
                npz.floats(t.name(), new float[Math.toIntExact(t.elements(1))], shape(t));
            }
        }
    }

    /// Writes what a peer needs to take the very same steps: weights, `order` of the examples for so many epochs, `eps` of the
    /// first `steps` (sample s of example i is row i·k + s). To be called before the first step.
    void export(Path file, int steps, int epochs) throws IOException {
        training();
        try (Npz npz = new Npz(file)) {
            weights(npz);
            order(npz, epochs);
            noise(npz, steps);
        }
    }

    private void weights(Npz npz) throws IOException {
        for (Tensor t : executable.plan().graph().tensors(Tensor.Role.PARAMETER)) {
            npz.floats(t.name(), executable.read(t), shape(t));
        }
    }

    private static int[] shape(Tensor parameter) {
        return parameter.rows() == 1 ? new int[] {parameter.width()} : new int[] {parameter.rows(), parameter.width()};
    }

    private void order(Npz npz, int epochs) throws IOException {
        int n = feed.examples().count();
        if ((long) epochs * n > LONGEST_ORDER) {
            throw new IllegalArgumentException("peers would need the order of %d examples for %d epochs, which is too long a file: take a smaller batch, or fewer or shorter turns"
                    .formatted(n, epochs));
        }
        int[] order = new int[epochs * n];
        for (int epoch = 0; epoch < epochs; epoch++) {
            Permutation permutation = new Permutation(feed.seed(), epoch, n);
            for (int i = 0; i < n; i++) {
                order[epoch * n + i] = permutation.index(i);
            }
        }
        npz.ints("order", order, epochs, n);
    }

    private void noise(Npz npz, int steps) throws IOException {
        VaeSpec spec = executable.plan().graph().spec();
        int latent = spec.latent();
        int rows = feed.batch() * spec.objective().samples();
        float[] eps = new float[steps * rows * latent];
        for (int i = 0; i < steps; i++) {
            Normals.block(feed.noise(), i, 0, rows, latent, eps, i * rows * latent);
        }
        npz.floats("eps", eps, steps, rows, latent);
    }

    /// The feed of a contestant that trains.
    private Feed.Training training() {
        if (feed instanceof Feed.Training training) {
            return training;
        }
        throw new IllegalStateException("an encoder takes no steps");
    }

    private void encoder() {
        if (trains()) {
            throw new IllegalStateException("one that trains is no encoder");
        }
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
        List<Double> windows = new ArrayList<>();
        for (int w = 0; w < Math.max(1, steps / window); w++) {
            long start = System.nanoTime();
            run(window);
            windows.add((System.nanoTime() - start) / 1e6 / window);
        }
        return Samples.of(windows).median();
    }

    /// The posterior means of an encoder's batch, row by row.
    float[] means() {
        encoder();
        turn();
        Graph graph = executable.plan().graph();
        int latent = graph.spec().latent();
        float[] heads = executable.read(graph.tensor("heads"));
        float[] means = new float[feed.batch() * latent];
        for (int r = 0; r < feed.batch(); r++) {
            System.arraycopy(heads, r * 2 * latent, means, r * latent, latent); // μ, then log σ²
        }
        return means;
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
