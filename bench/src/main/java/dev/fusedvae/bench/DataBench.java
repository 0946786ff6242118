package dev.fusedvae.bench;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.plan.Phase;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// The data pipeline alone: rows of 784 bytes in the order of a permutation, scaled or binarized, into the form in which the
/// first layer reads them. Time per example; it goes through 60,000 examples, as many as MNIST has.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class DataBench {
    private static final int BATCH = 128;
    private static final int STEPS = 20;
    private static final double[] NO_METRICS = {};

    @Param({"none", "threshold", "dynamic"})
    public String binarization;

    @Param("2")
    public int threads;

    private Backend backend;
    private Executable executable;
    private int epoch;
    private long step;

    @Setup(Level.Trial)
    public void load() {
        VaeSpec spec = Nets.spec("S");
        Binarization how = Binarization.parse(binarization);
        TrainSpec train = TrainSpec.standard(1, 1).withBatchSize(BATCH);
        Plan whole = Plan.of(Graphs.training(spec, train.optimizer(), train.clipNorm(), how), FusionLevel.NONE, BATCH);
        Plan gather = new Plan(whole.graph(), whole.level(), BATCH,
                List.of(new Phase(0, whole.calls().stream().filter(c -> c.op().kind() == Kind.GATHER).toList())), List.of());
        Examples examples = Nets.examples("random", spec.features());
        epoch = examples.count() / BATCH;
        backend = Devices.open(Devices.CPU, threads);
        executable = backend.load(gather, new Feed.Training(examples, new StepTable(train, spec.objective(), epoch * BATCH)));
        WarmUp.of(this::gather);
    }

    /// Every epoch is the first one, so that no time goes into permutations, which the benchmark of epochs measures.
    @Benchmark
    @OperationsPerInvocation(STEPS * BATCH)
    public void gather() {
        executable.run(step, STEPS, NO_METRICS);
        step = (step + STEPS) % (epoch - STEPS);
    }

    @TearDown(Level.Trial)
    public void close() {
        executable.close();
        backend.close();
    }
}
