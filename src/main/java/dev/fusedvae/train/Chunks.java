package dev.fusedvae.train;

/// How many steps to run before looking up: about 50 ms of them.
final class Chunks {
    private static final long TARGET_NANOS = 50_000_000;
    private static final int MOST = 1 << 14;

    private final double[] metrics;
    private int steps = 1;

    Chunks(int stepsPerEpoch) {
        metrics = new double[2 * Math.min(stepsPerEpoch, MOST)];
    }

    /// Room for the metrics of a chunk.
    double[] metrics() {
        return metrics;
    }

    /// Steps of the next chunk, at most `left`.
    int next(int left) {
        return Math.min(steps, left);
    }

    /// Learns from a chunk; grows by at most four, because the first steps wait for the compiler.
    void took(int count, long nanos) {
        long fitting = count * TARGET_NANOS / Math.max(1, nanos);
        steps = (int) Math.clamp(fitting, 1, Math.min(4L * steps, metrics.length / 2));
    }
}
