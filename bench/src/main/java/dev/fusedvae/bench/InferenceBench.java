package dev.fusedvae.bench;

import dev.fusedvae.Session;
import dev.fusedvae.Vae;
import dev.fusedvae.run.BackendChoice;
import dev.fusedvae.spec.VaeSpec;
import dev.fusedvae.train.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
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
import org.openjdk.jmh.infra.BenchmarkParams;

/// Microseconds of a call of a session: floats in, floats out, copies included.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class InferenceBench {
    @Param("S")
    public String net;

    @Param({"1", "32", "1024"})
    public int batch;

    @Param("2")
    public int threads;

    private Vae vae;
    private Session session;
    private float[] x;
    private float[] mu;
    private float[] logVar;

    @Setup(Level.Trial)
    public void open(BenchmarkParams params) throws IOException {
        VaeSpec spec = Nets.spec(net);
        Path folder = Files.createTempDirectory("untrained");
        ModelFolder.save(folder, Nets.untrained(spec));
        vae = Vae.load(folder, BackendChoice.of(Devices.CPU).withThreads(threads));
        session = vae.session(batch, threads);
        x = new float[batch * spec.features()];
        mu = new float[batch * spec.latent()];
        logVar = new float[mu.length];
        Random random = new Random(1);
        for (int i = 0; i < x.length; i++) {
            x[i] = random.nextFloat();
        }
        encode();
        WarmUp.of(params.getBenchmark().endsWith(".encode") ? this::encode : this::decode);
    }

    @Benchmark
    public float[] encode() {
        session.encode(x, mu, logVar);
        return mu;
    }

    @Benchmark
    public float[] decode() {
        session.decode(mu, x);
        return x;
    }

    @TearDown(Level.Trial)
    public void close() {
        session.close();
        vae.close();
    }
}
