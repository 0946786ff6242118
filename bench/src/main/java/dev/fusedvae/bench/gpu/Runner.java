package dev.fusedvae.bench.gpu;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.bench.Nets;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;

/// One net in training on one backend, kept warm between its turns.
final class Runner implements AutoCloseable {
    private final Backend backend;
    private final Executable executable;
    private final StepTable table;
    private final double[] metrics;
    private long step;

    /// @param net   as [Nets#spec] reads it
    /// @param count examples of an epoch, the first ones
    Runner(Engine engine, String net, int batch, Examples examples, int count) {
        this(engine.open(), engine.fusion(), net, batch, examples, count);
    }

    /// Takes `backend` over.
    Runner(Backend backend, Fusion fusion, String net, int batch, Examples examples, int count) {
        this.backend = backend;
        try {
            VaeSpec spec = Nets.spec(net);
            TrainSpec train = TrainSpec.standard(1, 1).withBatchSize(batch);
            Plan plan = Plan.of(Graphs.training(spec, train.optimizer(), train.clipNorm(), train.binarization()), fusion, batch);
            table = new StepTable(train, spec.objective(), count);
            executable = backend.load(plan, new Feed.Training(examples, table));
            Nets.initialize(executable);
            metrics = new double[2 * table.stepsPerEpoch()];
        } catch (RuntimeException e) {
            backend.close();
            throw e;
        }
    }

    /// Seconds of the next `steps` steps by the wall clock, to the end of their work on the device.
    double seconds(int steps) {
        long start = System.nanoTime();
        executable.run(step, steps, metrics);
        step += steps;
        return (System.nanoTime() - start) / 1e9;
    }

    /// The loss of the `i`-th of the last steps, in nats per example of a full batch.
    double loss(int i) {
        return -(metrics[2 * i] - metrics[2 * i + 1]) / table.train().batchSize();
    }

    int stepsPerEpoch() {
        return table.stepsPerEpoch();
    }

    Executable executable() {
        return executable;
    }

    String device() {
        return backend.device();
    }

    @Override
    public void close() {
        try (backend) {
            executable.close();
        }
    }
}
