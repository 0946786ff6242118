package dev.fusedvae.bench;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.CudaChoice;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.cuda.CudaBackend;
import dev.fusedvae.fuse.FusionLevel;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
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

/// A training step replayed from a graph of 64 steps against one launched kernel by kernel, to the end of the work on the
/// device. The net is as small as can be, so that launching is as much of it as can be; on the stand-in driver most of it is
/// the emulation of kernels all the same.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class ReplayBench {
    private static final int STEPS = 64;
    private static final int BATCH = 4;

    @Param("16-8-2")
    public String net;

    @Param({"graph", "stream"})
    public String replay;

    @Param("simt")
    public String device;

    private Backend backend;
    private Executable executable;
    private long step;
    private final double[] metrics = new double[2 * STEPS];

    @Setup(Level.Trial)
    public void load() {
        VaeSpec spec = Nets.spec(net);
        Examples examples = Nets.randomPixels(16 * BATCH, spec.features());
        TrainSpec train = TrainSpec.standard(1, 1).withBatchSize(BATCH);
        Plan plan = Plan.of(Graphs.training(spec, train.optimizer(), train.clipNorm(), train.binarization()), FusionLevel.LAYER, BATCH);
        backend = CudaBackend.open(Devices.environment(device), CudaChoice.DEFAULT.withReplay(CudaChoice.Replay.valueOf(replay.toUpperCase(Locale.ROOT))));
        executable = backend.load(plan, new Feed.Training(examples, new StepTable(train, spec.objective(), examples.count())));
        Nets.initialize(executable);
    }

    @Benchmark
    @OperationsPerInvocation(STEPS)
    public double[] step() {
        executable.run(step, STEPS, metrics);
        step += STEPS;
        return metrics;
    }

    @TearDown(Level.Trial)
    public void close() {
        executable.close();
        backend.close();
    }
}
