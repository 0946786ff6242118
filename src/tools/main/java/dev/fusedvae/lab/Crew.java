package dev.fusedvae.lab;

import java.util.Arrays;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/// Threads that each run a piece of the work and then wait for each other.
final class Crew implements AutoCloseable {
    private final int threads;
    private final ExecutorService workers;

    Crew(int threads) {
        this.threads = threads;
        workers = Executors.newFixedThreadPool(threads, Thread.ofPlatform().daemon().factory());
    }

    /// From the first start to the last end.
    long nanos(IntConsumer work) {
        CyclicBarrier start = new CyclicBarrier(threads);
        long[] begun = new long[threads];
        long[] ended = new long[threads];
        try {
            for (Future<?> done : workers.invokeAll(IntStream.range(0, threads).mapToObj(t -> Executors.callable(() -> {
                meet(start);
                begun[t] = System.nanoTime();
                work.accept(t);
                ended[t] = System.nanoTime();
            })).toList())) {
                done.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a roof was measured", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
        return Arrays.stream(ended).max().orElseThrow() - Arrays.stream(begun).min().orElseThrow();
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException("interrupted while a roof was measured", e);
        }
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }
}
