package dev.fusedvae.bench;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Phase;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.List;
import java.util.Random;
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

/// Microseconds of one call of a plan, run by itself: caches hold its own operands only, and the team's
/// start and end are part of it. What a call takes among the others of a step is what `fvae explain --time` shows. Iterations are
/// short because there are some eighty calls, and what warms up is [WarmUp], until the compiler is done.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class KernelBench {
    private static final int STEPS = 20;
    private static final double[] NO_METRICS = {};

    @Param("S")
    public String net;

    @Param("128")
    public int batch;

    @Param("layer")
    public String fusion;

    /// The call's number in the plan.
    @Param("0")
    public int call;

    @Param("2")
    public int threads;

    private Backend backend;
    private Executable executable;

    /// The plan whose calls are measured.
    static Plan plan(String net, int batch, String fusion) {
        TrainSpec train = TrainSpec.standard(1, 1).withBatchSize(batch);
        VaeSpec spec = Nets.spec(net);
        return Plan.of(Graphs.training(spec, train.optimizer(), train.clipNorm(), train.binarization()), FusionLevel.parse(fusion), batch);
    }

    @Setup(Level.Trial)
    public void load() {
        Plan plan = plan(net, batch, fusion);
        Call measured = plan.calls().get(call);
        Plan alone = new Plan(plan.graph(), plan.level(), batch, List.of(new Phase(0, List.of(measured))), List.of());
        VaeSpec spec = plan.graph().spec();
        Examples examples = Nets.randomPixels(16 * batch, spec.features());
        TrainSpec train = TrainSpec.standard(1, 1).withBatchSize(batch);
        backend = Devices.open(Devices.CPU, threads);
        executable = backend.load(alone, new Feed.Training(examples, new StepTable(train, spec.objective(), examples.count())));
        fill(measured);
        WarmUp.of(this::call);
    }

    /// Real-looking operands: weights that keep sums near one, and second moments that are squares.
    private void fill(Call measured) {
        Random random = new Random(1);
        for (Tensor t : measured.op().reads()) {
            float[] values = new float[Math.toIntExact(t.elements(batch))];
            boolean squares = measured.op().all(Op.Update.class).stream().anyMatch(o -> o.state().contains(t)) && t.name().endsWith(".v");
            double scale = t.role() == Tensor.Role.PARAMETER ? 1 / Math.sqrt(t.columns()) : t.role() == Tensor.Role.STATE ? 0.01 : 1;
            for (int i = 0; i < values.length; i++) {
                double v = scale * random.nextGaussian();
                values[i] = (float) (squares ? v * v + 1e-6 : v);
            }
            executable.write(t, values);
        }
    }

    @Benchmark
    @OperationsPerInvocation(STEPS)
    public void call() {
        executable.run(0, STEPS, NO_METRICS);
    }

    @TearDown(Level.Trial)
    public void close() {
        executable.close();
        backend.close();
    }
}
