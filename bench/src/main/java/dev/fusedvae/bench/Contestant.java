package dev.fusedvae.bench;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.backend.cpu.CpuExecutable;
import dev.fusedvae.fuse.FusionLevel;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.Arrays;

/// The engine, kept warm between its turns.
final class Contestant implements AutoCloseable {
    private static final int WINDOW = 20;

    private final CpuBackend backend;
    private final CpuExecutable executable;
    private final boolean trains;
    private final double[] metrics;
    private final int batch;
    private long step;

    Contestant(VaeSpec spec, int batch, int threads, Examples examples) {
        this.batch = batch;
        backend = new CpuBackend(threads);
        TrainSpec train = TrainSpec.standard(1, 1).withBatchSize(batch);
        // As the peers do with drop_last: full batches only.
        Plan plan = Plan.of(Graphs.training(spec, train.optimizer(), train.clipNorm(), train.binarization()), FusionLevel.LAYER, batch);
        StepTable table = new StepTable(train, spec.objective(), examples.count() / batch * batch);
        executable = backend.load(plan, new Feed.Training(examples, table));
        Nets.initialize(executable);
        trains = true;
        metrics = new double[2 * WINDOW];
    }

    private Contestant(CpuBackend backend, CpuExecutable executable, int batch) {
        this.backend = backend;
        this.executable = executable;
        this.batch = batch;
        trains = false;
        metrics = new double[0];
    }

    /// The encoder alone, on one batch.
    static Contestant encoder(VaeSpec spec, int batch, int threads, Examples examples) {
        CpuBackend backend = new CpuBackend(threads);
        Plan plan = Plan.of(Graphs.encode(spec, Binarization.NONE), FusionLevel.LAYER, batch);
        CpuExecutable executable = backend.load(plan, new Feed.Inference(examples, batch, 1));
        Nets.initialize(executable);
        return new Contestant(backend, executable, batch);
    }

    /// Runs so many steps or calls.
    void run(int steps) {
        for (int i = 0; i < steps; i += trains ? WINDOW : 1) {
            turn();
        }
    }

    private void turn() {
        if (trains) {
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
            for (int i = 0; i < WINDOW; i += trains ? WINDOW : 1) {
                turn();
            }
            windows[w] = (System.nanoTime() - start) / 1e6 / WINDOW;
        }
        Arrays.sort(windows);
        return windows[windows.length / 2];
    }

    long arenaBytes() {
        return executable.arenaBytes();
    }

    /// The loss of the last step, in nats per example.
    double loss() {
        return -(metrics[2 * WINDOW - 2] - metrics[2 * WINDOW - 1]) / batch;
    }

    @Override
    public void close() {
        executable.close();
        backend.close();
    }
}
