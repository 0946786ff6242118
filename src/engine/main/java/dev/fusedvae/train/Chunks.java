package dev.fusedvae.train;

import dev.fusedvae.backend.Executable;

/// Runs a training between two looks up, about 50 ms of steps at a time, and adds up the epoch under way.
final class Chunks {
    private static final long TARGET_NANOS = 50_000_000;
    private static final int MOST = 1 << 14;

    private final Executable executable;
    private final int stepsPerEpoch;
    private final double[] metrics;
    private int steps = 1;
    private double likelihood;
    private double penalty;
    private long nanos;

    Chunks(Executable executable, int stepsPerEpoch) {
        this.executable = executable;
        this.stepsPerEpoch = stepsPerEpoch;
        metrics = new double[2 * Math.min(stepsPerEpoch, MOST)];
    }

    /// Runs steps from `step` on, at most to the end of its epoch.
    ///
    /// @return how many
    int run(long step) {
        int count = Math.min(steps, (int) (stepsPerEpoch - step % stepsPerEpoch));
        long start = System.nanoTime();
        executable.run(step, count, metrics);
        long took = System.nanoTime() - start;
        nanos += took;
        // one by one, so that the sums have the same bits however an epoch is cut
        for (int i = 0; i < count; i++) {
            likelihood += metrics[2 * i];
            penalty += metrics[2 * i + 1];
        }
        learn(count, took);
        return count;
    }

    /// Grows by at most four, because the first steps wait for the compiler.
    private void learn(int count, long took) {
        long fitting = count * TARGET_NANOS / Math.max(1, took);
        steps = (int) Math.clamp(fitting, 1, Math.min(4L * steps, metrics.length / 2));
    }

    /// Σ of the steps' first metric in the epoch so far: log p(x|z), in nats.
    double likelihood() {
        return likelihood;
    }

    /// Σ of their second: KL or another penalty, in nats.
    double penalty() {
        return penalty;
    }

    /// Time in them.
    long nanos() {
        return nanos;
    }

    /// Goes on with these sums; zeros begin an epoch.
    void begin(double likelihoodSoFar, double penaltySoFar, long nanosSoFar) {
        likelihood = likelihoodSoFar;
        penalty = penaltySoFar;
        nanos = nanosSoFar;
    }
}
