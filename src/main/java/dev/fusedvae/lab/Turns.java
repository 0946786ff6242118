package dev.fusedvae.lab;

import dev.fusedvae.backend.Executable;
import java.util.ArrayList;
import java.util.List;

/// Executables under one clock, in turns A B C A B C …: what disturbs the machine for a while disturbs all of them.
final class Turns {
    private static final int MOST_STEPS = 1000;
    /// On two busy processors C2 took 20 seconds for the loops of a step.
    private static final int PATIENCE = 12;
    /// A step still gets faster while the best one is beaten by this share.
    private static final double FASTER = 0.9;
    private static final long WINDOW_NANOS = 300_000_000;
    /// By which the heap changes in a window while vectors are boxed, 90 MB/s at least.
    private static final long BOXING_BYTES = 8 << 20;

    /// How long to measure.
    ///
    /// @param warmSeconds of every executable before its first turn, at least; code that still gets faster, or still makes
    ///                    objects of its vectors, is given up to [#PATIENCE] times as much, since the compiler shares the
    ///                    processors with whoever else is there
    /// @param turnSeconds of a turn, about
    /// @param rounds      turns of every executable
    record Effort(double warmSeconds, double turnSeconds, int rounds) {
        /// Enough for a figure that others will read.
        static final Effort FULL = new Effort(1.5, 0.05, 15);
    }

    private final List<Runner> runners;
    private final Effort effort;

    Turns(List<? extends Executable> all, Effort effort) {
        runners = all.stream().map(Runner::new).toList();
        this.effort = effort;
    }

    /// Microseconds a step of each, a sample a round; position i of all samples is the same round.
    List<Samples> micros() {
        runners.forEach(r -> r.warm(effort));
        List<List<Double>> all = new ArrayList<>();
        runners.forEach(r -> all.add(new ArrayList<>()));
        for (int round = 0; round < effort.rounds(); round++) {
            for (int i = 0; i < runners.size(); i++) {
                all.get(i).add(runners.get(i).nanos() / 1e3);
            }
        }
        return all.stream().map(Samples::of).toList();
    }

    private static final class Runner {
        private final Executable executable;
        private final double[] metrics = {};
        private long step;
        private int steps = 1;

        Runner(Executable executable) {
            this.executable = executable;
        }

        void warm(Effort effort) {
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
    }
}
