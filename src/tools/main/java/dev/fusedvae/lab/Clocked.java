package dev.fusedvae.lab;

import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Profile;
import java.util.Optional;

/// An executable that is timed, warmed up until its times are stable.
final class Clocked {
    private static final int MOST_STEPS = 1000;
    /// On two busy processors C2 took 20 seconds for the loops of a step.
    private static final int PATIENCE = 12;
    /// A step still gets faster while the best one is beaten by this share.
    private static final double FASTER = 0.9;
    private static final long WINDOW_NANOS = 300_000_000;
    /// Bytes by which the heap changes in a window while vectors are allocated as objects: 90 MB/s at least.
    private static final long BOXING_BYTES = 8 << 20;

    private final Executable executable;
    private final Turns.Effort effort;
    private final double[] metrics = {};
    private long step;
    private int steps = 1;

    Clocked(Executable executable, Turns.Effort effort) {
        this.executable = executable;
        this.effort = effort;
    }

    /// Runs until steps get no faster and allocate no vector objects, which is so when C2 has compiled them, or until patience ends.
    void warm() {
        long patience = System.nanoTime() + (long) (1e9 * PATIENCE * effort.warmSeconds());
        long unsettled = System.nanoTime();
        long window = unsettled;
        long used = heap();
        double best = Double.POSITIVE_INFINITY;
        do {
            double nanos = nanos();
            steps = (int) Math.clamp(1e9 * effort.turnSeconds() / nanos, 1, MOST_STEPS);
            long now = System.nanoTime();
            boolean boxing = now - window >= WINDOW_NANOS && Math.abs(heap() - used) > BOXING_BYTES;
            if (boxing || nanos < FASTER * best) {
                unsettled = now;
            }
            best = Math.min(best, nanos);
            if (now - window >= WINDOW_NANOS) {
                window = now;
                used = heap();
            }
        } while (System.nanoTime() - unsettled < 1e9 * effort.warmSeconds() && System.nanoTime() < patience);
    }

    private static long heap() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /// Nanoseconds of a step, mean of a turn; the call returns when the device has done its work.
    double nanos() {
        long start = System.nanoTime();
        executable.run(step, steps, metrics);
        step += steps;
        return (System.nanoTime() - start) / (double) steps;
    }

    /// A turn with clocks inside, where the backend has them.
    Optional<Profile> profile() {
        Optional<Profile> profile = executable.profile(step, steps);
        step += steps;
        return profile;
    }
}
