package dev.fusedvae.bench;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// One epoch of training, the smaller last batch included. The first epochs are warm-up: dead units make Adam's moments
/// denormal, and slow an engine that does not flush them, only after about 1500 steps.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 4)
@Measurement(iterations = 8)
public class EpochBench {
    @Param("S")
    public String net;

    @Param("128")
    public int batch;

    /// `mnist`, or `random` for as many random pixels.
    @Param("random")
    public String data;

    @Param("2")
    public int threads;

    @Param("cpu")
    public String backend;

    private Backend on;
    private Executable executable;
    private int steps;
    private long step;
    private double[] metrics;

    @Setup(Level.Trial)
    public void load() {
        VaeSpec spec = Nets.spec(net);
        Examples examples = Nets.examples(data, spec.features());
        TrainSpec train = TrainSpec.standard(1, 1).withBatchSize(batch);
        StepTable table = new StepTable(train, spec.objective(), examples.count());
        Plan plan = Plan.of(Graphs.training(spec, train.optimizer(), train.clipNorm(), train.binarization()), FusionLevel.LAYER, batch);
        on = Devices.open(backend, threads);
        executable = on.load(plan, new Feed.Training(examples, table));
        Nets.initialize(executable);
        steps = table.stepsPerEpoch();
        metrics = new double[2 * steps];
    }

    @Benchmark
    public double[] epoch() {
        executable.run(step, steps, metrics);
        step += steps;
        return metrics;
    }

    @TearDown(Level.Trial)
    public void close() {
        executable.close();
        on.close();
    }
}
