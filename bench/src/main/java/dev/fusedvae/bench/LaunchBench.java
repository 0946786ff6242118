package dev.fusedvae.bench;

import dev.fusedvae.run.CudaChoice;
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

/// What a launch costs the host: the call until it returns, through JCuda's JNI or the foreign function interface. The one
/// benchmark with the device outside the clock: it is drained between one hundred launches and the next.
///
/// On the stand-in driver the time is that of the call and of the stand-in's queue, which both launchers share; only their
/// difference means anything, and nothing of it is a GPU's.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class LaunchBench {
    private static final int LAUNCHES = 100;

    @Param({"jcuda", "ffm"})
    public String launcher;

    @Param("simt")
    public String device;

    private EmptyLaunches launches;

    @Setup(Level.Trial)
    public void open() {
        launches = new EmptyLaunches(Devices.environment(device), CudaChoice.Launcher.valueOf(launcher.toUpperCase(Locale.ROOT)));
    }

    @Benchmark
    @OperationsPerInvocation(LAUNCHES)
    public void launch() {
        launches.enqueue(LAUNCHES);
    }

    @TearDown(Level.Invocation)
    public void drain() {
        launches.synchronize();
    }

    @TearDown(Level.Trial)
    public void close() {
        launches.close();
    }
}
