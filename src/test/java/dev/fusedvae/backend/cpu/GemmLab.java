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
/// The rows of the table, and the roof, are timed in turn in every round, so that a busy machine slows all of them alike.
/// It prints median and best over the rounds. Rates count the true shape, not its padding.
final class GemmLab {
    private static final int WARM_UP = 10;
    private static final int ROUNDS = 30;
    private static final double SAMPLE_NANOS = 3e6;

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
            rows.add(new Row("roof: fma in registers", "GFLOP/s", threads * 20_000 * 24.0 * 2 * F.length(),
                    (thread, of) -> roof(20_000)));
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
        rows.add(new Row("forward " + shape, "GFLOP/s", flops,
                (t, of) -> layer.forward(gemm, outPanels * t / of, outPanels * (t + 1) / of)));
        rows.add(new Row("dgrad   " + shape, "GFLOP/s", flops,
                (t, of) -> layer.dataGradient(gemm, inPanels * t / of, inPanels * (t + 1) / of)));
        rows.add(new Row("wgrad   " + shape, "GFLOP/s", flops,
                (t, of) -> layer.weightGradient(gemm, inPanels * t / of, inPanels * (t + 1) / of)));
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

    /// Nanoseconds of one run of each row, by row and round.
    private static double[][] time(List<Row> rows, int threads) throws InterruptedException {
        double[][] nanos = new double[rows.size()][WARM_UP + ROUNDS];
        int[] repeats = new int[rows.size()];
        Arrays.fill(repeats, 2);
        CyclicBarrier barrier = new CyclicBarrier(threads);
        Thread[] team = new Thread[threads];
        for (int t = 0; t < threads; t++) {
            int thread = t;
            team[t] = new Thread(() -> {
                for (int round = 0; round < WARM_UP + ROUNDS; round++) {
                    for (int row = 0; row < rows.size(); row++) {
                        await(barrier);
                        long start = System.nanoTime();
                        for (int i = 0; i < repeats[row]; i++) {
                            rows.get(row).work().run(thread, threads);
                        }
                        await(barrier);
                        if (thread == 0) {
                            double each = (System.nanoTime() - start) / (double) repeats[row];
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

    /// 24 chains of fused multiply-adds that touch no memory.
    private static FloatVector roof(int n) {
        FloatVector x = FloatVector.broadcast(F, 0.999f), y = FloatVector.broadcast(F, 0.001f);
        FloatVector a0 = x, a1 = x, a2 = x, a3 = x, a4 = x, a5 = x, a6 = x, a7 = x, a8 = x, a9 = x, a10 = x, a11 = x;
        FloatVector b0 = y, b1 = y, b2 = y, b3 = y, b4 = y, b5 = y, b6 = y, b7 = y, b8 = y, b9 = y, b10 = y, b11 = y;
        for (int i = 0; i < n; i++) {
            a0 = a0.fma(x, y); a1 = a1.fma(x, y); a2 = a2.fma(x, y); a3 = a3.fma(x, y);
            a4 = a4.fma(x, y); a5 = a5.fma(x, y); a6 = a6.fma(x, y); a7 = a7.fma(x, y);
            a8 = a8.fma(x, y); a9 = a9.fma(x, y); a10 = a10.fma(x, y); a11 = a11.fma(x, y);
            b0 = b0.fma(x, y); b1 = b1.fma(x, y); b2 = b2.fma(x, y); b3 = b3.fma(x, y);
            b4 = b4.fma(x, y); b5 = b5.fma(x, y); b6 = b6.fma(x, y); b7 = b7.fma(x, y);
            b8 = b8.fma(x, y); b9 = b9.fma(x, y); b10 = b10.fma(x, y); b11 = b11.fma(x, y);
        }
        FloatVector a = a0.add(a1).add(a2).add(a3).add(a4).add(a5).add(a6).add(a7).add(a8).add(a9).add(a10).add(a11);
        return a.add(b0).add(b1).add(b2).add(b3).add(b4).add(b5).add(b6).add(b7).add(b8).add(b9).add(b10).add(b11);
    }
}
