package dev.fusedvae.bench;

import dev.fusedvae.simd.Lanes;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What a vector of the chosen width buys: y += a·x over 4096 floats (32 KiB, inside L1), per element.
///
/// A width is forced by `-jvmArgsAppend -Dfvae.vectorBits=256`.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class LanesBench {
    private static final int LENGTH = 4096;

    private final float[] x = new float[LENGTH];
    private final float[] y = new float[LENGTH];

    @Setup
    public void fill() {
        for (int i = 0; i < LENGTH; i++) {
            x[i] = (float) Math.sin(i);
        }
    }

    @Benchmark
    @OperationsPerInvocation(LENGTH)
    public float[] scalar() {
        for (int i = 0; i < LENGTH; i++) {
            y[i] = Math.fma(1e-3f, x[i], y[i]);
        }
        return y;
    }

    @Benchmark
    @OperationsPerInvocation(LENGTH)
    public float[] vector() {
        FloatVector a = FloatVector.broadcast(Lanes.F, 1e-3f);
        for (int i = 0; i < LENGTH; i += Lanes.WIDTH) {
            FloatVector sum = a.fma(FloatVector.fromArray(Lanes.F, x, i), FloatVector.fromArray(Lanes.F, y, i));
            sum.intoArray(y, i);
        }
        return y;
    }
}
