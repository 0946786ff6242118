package dev.fusedvae.bench;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.run.CudaChoice;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.Locale;
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

/// Microseconds per training step, by fusion level; with `-prof gc` also what a step allocates. A run of steps ends when the
/// device is done with them.
///
/// On a device the same class times a step replayed from a graph of 64 steps against one launched kernel by kernel. There the
/// net is as small as possible, so that launching takes the largest share; on the stand-in driver most of the time is the emulation
/// of kernels nevertheless.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
public class StepBench {
    private static final int STEPS = 20;
    /// As many as a captured graph holds.
    private static final int GRAPH = 64;

    @Param("S")
    public String net;

    @Param("128")
    public int batch;

    @Param({"none", "epilogue", "layer"})
    public String fusion;

    @Param("2")
    public int threads;

    @Param("cpu")
    public String backend;

    /// How a device gets its steps: `graph` or `stream`.
    @Param("graph")
    public String replay;

    private Backend on;
    private Executable executable;
    private long step;
    private final double[] metrics = new double[2 * GRAPH];

    @Setup(Level.Trial)
    public void load() {
        VaeSpec spec = Nets.spec(net);
        Examples examples = Nets.randomPixels(16 * batch, spec.features());
        TrainSpec train = TrainSpec.standard(1, 1).withBatchSize(batch);
        Plan plan = Plan.of(Graphs.training(spec, train.optimizer(), train.clipNorm(), train.binarization()),
                FusionLevel.parse(fusion), batch);
        on = Devices.open(backend, threads, CudaChoice.Replay.valueOf(replay.toUpperCase(Locale.ROOT)));
        executable = on.load(plan, new Feed.Training(examples, new StepTable(train, spec.objective(), examples.count())));
        Nets.initialize(executable);
        if (backend.equals(Devices.CPU)) {
            WarmUp.of(this::step);
        }
    }

    @Benchmark
    @OperationsPerInvocation(STEPS)
    public double[] step() {
        return run(STEPS);
    }

    @Benchmark
    @OperationsPerInvocation(GRAPH)
    public double[] graph() {
        return run(GRAPH);
    }

    private double[] run(int steps) {
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
