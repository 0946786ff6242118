package dev.fusedvae.bench;

import dev.fusedvae.rng.Normals;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;
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
import org.openjdk.jmh.annotations.Warmup;

/// Standard normals from Philox words, on one thread, into an array that stays in the cache. Time of a normal.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class NoiseBench {
    private static final int NORMALS = 1 << 13;

    /// Columns of a row: latent sizes.
    @Param({"32", "64", "512"})
    public int columns;

    private final Stream stream = new Stream(1, Purpose.TRAINING_NOISE, 0);
    private final float[] out = new float[NORMALS];
    private long step;

    @Setup(Level.Trial)
    public void compile() {
        WarmUp.of(this::normals);
    }

    @Benchmark
    @OperationsPerInvocation(NORMALS)
    public float[] normals() {
        Normals.block(stream, step++, 0, NORMALS / columns, columns, out, 0);
        return out;
    }
}
