package dev.fusedvae.lab;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.cuda.CudaBackend;
import dev.fusedvae.backend.cuda.DeviceRoofs;
import dev.fusedvae.plan.Cost;
import dev.fusedvae.simd.Simd;
import java.util.Arrays;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/// What this machine does at best, measured just now: a loop of multiply-adds in registers, and the triad a = b + s·c over
/// as much memory as the work to be judged touches (McCalpin 1995). Williams, Waterman and Patterson 2009 call the two
/// the roofline.
///
/// @param threads        threads of both loops; 0 where a GPU ran them
/// @param flopsPerSecond multiply-adds count two
/// @param bytesPerSecond bytes read and written by the triad
/// @param triadBytes     memory the triad ran over: within a cache it is faster than beyond
public record Roofs(int threads, double flopsPerSecond, double bytesPerSecond, long triadBytes) {
    private static final int ROUNDS = 40;
    private static final int STEPS = 200_000;
    private static final double WARM_NANOS = 5e8;
    private static final double SAMPLE_NANOS = 2e6;
    private static final int LEAST_FLOATS = 1024;

    /// The roofs of what `backend` runs on, over a working set of `bytes`.
    ///
    /// @throws dev.fusedvae.run.BackendUnavailableException if nothing here compiles the loops for its device
    public static Roofs of(Backend backend, long bytes) {
        if (backend instanceof CudaBackend cuda) {
            DeviceRoofs roofs = cuda.roofs(bytes);
            return new Roofs(0, roofs.flopsPerSecond(), roofs.bytesPerSecond(), roofs.triadBytes());
        }
        return measure(backend.threads(), bytes);
    }

    /// Measures for `threads` threads and a working set of `bytes`; takes about a second.
    public static Roofs measure(int threads, long bytes) {
        RoofLoops loops = Simd.vector() ? new VectorRoof() : new ScalarRoof();
        int floats = Math.toIntExact(Math.clamp(bytes / 12, LEAST_FLOATS, 1 << 26));
        float[] a = new float[floats];
        float[] b = filled(floats, 0.5f);
        float[] c = filled(floats, 0.25f);
        try (Crew crew = new Crew(threads)) {
            double[] sums = new double[threads];
            double flops = best(() -> crew.nanos(t -> sums[t] += loops.multiplyAdd(STEPS)), (double) threads * loops.flops(STEPS));
            if (!Double.isFinite(Arrays.stream(sums).sum())) {
                throw new IllegalStateException("the sums of the multiply-add loop must stay finite");
            }
            int repeats = (int) Math.clamp(SAMPLE_NANOS * 40 / (12.0 * floats), 1, 100_000); // about 40 bytes per nanosecond
            double rate = best(() -> crew.nanos(t -> {
                for (int r = 0; r < repeats; r++) {
                    loops.triad(a, b, c, (int) ((long) floats * t / threads), (int) ((long) floats * (t + 1) / threads));
                }
            }), 12.0 * floats * repeats);
            return new Roofs(threads, flops, rate, 12L * floats);
        }
    }

    private static float[] filled(int n, float value) {
        float[] values = new float[n];
        Arrays.fill(values, value);
        return values;
    }

    /// The best rate of the rounds, in units per second, once the loop has run long enough to be compiled: a roof is what
    /// nothing disturbed.
    private static double best(LongSupplier nanos, double amount) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < WARM_NANOS) {
            nanos.getAsLong();
        }
        return amount / IntStream.range(0, ROUNDS).mapToDouble(i -> nanos.getAsLong()).min().orElseThrow() * 1e9;
    }

    /// The least nanoseconds that `cost` can take under these roofs.
    public double nanos(Cost cost) {
        return 1e9 * Math.max(cost.flops() / flopsPerSecond, cost.bytes() / bytesPerSecond);
    }

    /// Whether memory, not arithmetic, is the roof over `cost`.
    public boolean memoryBound(Cost cost) {
        return cost.bytes() / bytesPerSecond > cost.flops() / flopsPerSecond;
    }
}
