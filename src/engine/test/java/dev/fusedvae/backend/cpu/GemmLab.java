package dev.fusedvae.backend.cpu;

import static dev.fusedvae.simd.Lanes.F;

import dev.fusedvae.simd.Simd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import jdk.incubator.vector.FloatVector;

/// Times [Gemm] and [Transpose] against the roof of this machine: `java --add-modules jdk.incubator.vector -cp
/// target/classes:target/test-classes dev.fusedvae.backend.cpu.GemmLab [threads]`.
///
/// The rows of the table, and the roof, are timed in turn in every round, so that a busy machine slows all of them
/// alike. It prints median and best over the rounds. Rates count the true shape, not its padding.
final class GemmLab {
    private static final int WARM_UP = 10;
    private static final int ROUNDS = 30;
    private static final double SAMPLE_NANOS = 3e6;
    private static final int ROOF_STEPS = 20_000;

    /// Work on one of several threads, and how much of it there is in all: flops, or bytes for what is bound by memory.
    private record Row(String name, String unit, double amount, Work work) {}

    private interface Work {
        void run(int thread, int threads);
    }

    private GemmLab() {}

    public static void main(String[] arguments) throws InterruptedException {
        int threads = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1;
        Gemm gemm = Gemm.create();
        List<Row> rows = new ArrayList<>();
        if (Simd.vector()) {
            rows.add(new Row("roof: fma in registers", "GFLOP/s", threads * ROOF_STEPS * 14.0 * 2 * F.length(),
                    (thread, of) -> roof(ROOF_STEPS)));
        }
        addLayer(rows, gemm, 128, 784, 400);
        addLayer(rows, gemm, 128, 400, 784);
        addLayer(rows, gemm, 20, 784, 200);
        addLayer(rows, gemm, 20, 200, 200);
        addLayer(rows, gemm, 20, 200, 100);
        addLayer(rows, gemm, 256, 1024, 1024);
        addTranspose(rows);
        double[][] nanos = time(rows, threads);
        report(rows, nanos, threads);
    }

    private static void addLayer(List<Row> rows, Gemm gemm, int batch, int in, int out) {
        PanelLayer layer = new PanelLayer(batch, in, out, false, new Random(1));
        String shape = "B=" + batch + " K=" + in + " N=" + out;
        double flops = 2.0 * batch * in * out;
        int inPanels = PanelLayer.panels(in);
        int outPanels = PanelLayer.panels(out);
        int blocks = inPanels * outPanels;
        rows.add(new Row("forward " + shape, "GFLOP/s", flops,
                (t, of) -> layer.forward(gemm, outPanels * t / of, outPanels * (t + 1) / of)));
        rows.add(new Row("dgrad   " + shape, "GFLOP/s", flops,
                (t, of) -> layer.dataGradient(gemm, inPanels * t / of, inPanels * (t + 1) / of)));
        rows.add(new Row("wgrad   " + shape, "GFLOP/s", flops,
                (t, of) -> layer.weightGradient(gemm, blocks * t / of, blocks * (t + 1) / of)));
        rows.add(new Row("one row " + shape, "GB/s", 4.0 * in * out,
                (t, of) -> layer.one(gemm, outPanels * t / of, outPanels * (t + 1) / of)));
    }

    private static void addTranspose(List<Row> rows) {
        int blocks = 25 * 13;
        float[] m = new float[12 + 2 * blocks * 1024];
        rows.add(new Row("transpose 325 blocks", "GB/s", blocks * 2 * 4096.0, (t, of) -> {
            for (int i = blocks * t / of; i < blocks * (t + 1) / of; i++) {
                Transpose.block32(m, 12 + i * 1024, m, 12 + (blocks + i) * 1024);
            }
        }));
    }

    /// Nanoseconds of one run of each row, by row and round: from the first thread's start to the last thread's end, since
    /// a thread may leave the barrier late.
    private static double[][] time(List<Row> rows, int threads) throws InterruptedException {
        double[][] nanos = new double[rows.size()][WARM_UP + ROUNDS];
        int[] repeats = new int[rows.size()];
        Arrays.fill(repeats, 2);
        long[] starts = new long[threads];
        long[] ends = new long[threads];
        CyclicBarrier barrier = new CyclicBarrier(threads);
        Thread[] team = new Thread[threads];
        for (int t = 0; t < threads; t++) {
            int thread = t;
            team[t] = new Thread(() -> {
                for (int round = 0; round < WARM_UP + ROUNDS; round++) {
                    for (int row = 0; row < rows.size(); row++) {
                        await(barrier);
                        starts[thread] = System.nanoTime();
                        for (int i = 0; i < repeats[row]; i++) {
                            rows.get(row).work().run(thread, threads);
                        }
                        ends[thread] = System.nanoTime();
                        await(barrier);
                        if (thread == 0) {
                            long all = Arrays.stream(ends).max().orElseThrow() - Arrays.stream(starts).min().orElseThrow();
                            double each = all / (double) repeats[row];
                            nanos[row][round] = each;
                            repeats[row] = (int) Math.clamp(SAMPLE_NANOS / each, 1, 100_000);
                        }
                    }
                }
            });
            team[t].start();
        }
        for (Thread thread : team) {
            thread.join();
        }
        return nanos;
    }

    private static void report(List<Row> rows, double[][] nanos, int threads) {
        System.out.printf("%d bits, %d thread(s), %d rounds%n", Simd.bits(), threads, ROUNDS);
        double roof = 0;
        for (int row = 0; row < rows.size(); row++) {
            double[] sorted = Arrays.copyOfRange(nanos[row], WARM_UP, WARM_UP + ROUNDS);
            Arrays.sort(sorted);
            double median = rows.get(row).amount() / sorted[ROUNDS / 2];
            double best = rows.get(row).amount() / sorted[0];
            boolean flops = rows.get(row).unit().equals("GFLOP/s");
            roof = row == 0 && Simd.vector() ? median : roof;
            System.out.printf("%-32s %8.1f %-7s best %6.1f  %9.1f us%s%n", rows.get(row).name(), median,
                    rows.get(row).unit(), best, sorted[ROUNDS / 2] / 1e3,
                    flops && roof > 0 ? "  %3.0f %% of the roof".formatted(100 * median / roof) : "");
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    /// Chains of fused multiply-adds that touch no memory: as many as fit 16 registers beside their two operands.
    private static void roof(int n) {
        FloatVector x = FloatVector.broadcast(F, 0.999f), y = FloatVector.broadcast(F, 0.001f);
        FloatVector s0 = x, s1 = x, s2 = x, s3 = x, s4 = x, s5 = x, s6 = x;
        FloatVector s7 = y, s8 = y, s9 = y, s10 = y, s11 = y, s12 = y, s13 = y;
        for (int i = 0; i < n; i++) {
            s0 = s0.fma(x, y); s1 = s1.fma(x, y); s2 = s2.fma(x, y); s3 = s3.fma(x, y); s4 = s4.fma(x, y);
            s5 = s5.fma(x, y); s6 = s6.fma(x, y); s7 = s7.fma(x, y); s8 = s8.fma(x, y); s9 = s9.fma(x, y);
            s10 = s10.fma(x, y); s11 = s11.fma(x, y); s12 = s12.fma(x, y); s13 = s13.fma(x, y);
        }
        FloatVector low = s0.add(s1).add(s2).add(s3).add(s4).add(s5).add(s6);
        FloatVector all = low.add(s7).add(s8).add(s9).add(s10).add(s11).add(s12).add(s13);
        if (all.lane(0) == 0) { // never: it only keeps the compiler from dropping the loop
            throw new IllegalStateException("the sums of the roof loop must tend to 14");
        }
    }
}
