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

    /// How long to measure.
    ///
    /// @param warmSeconds of every executable before its first turn, at least; code that still gets faster is given up to
    ///                    [#PATIENCE] times as much, since the compiler shares the processors with whoever else is there
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
            long start = System.nanoTime();
            long beaten = start;
            double best = Double.POSITIVE_INFINITY;
            do {
                double nanos = nanos();
                steps = (int) Math.clamp(1e9 * effort.turnSeconds() / nanos, 1, MOST_STEPS);
                if (nanos < FASTER * best) {
                    best = nanos;
                    beaten = System.nanoTime();
                }
            } while (System.nanoTime() - beaten < 1e9 * effort.warmSeconds() && System.nanoTime() - start < 1e9 * PATIENCE * effort.warmSeconds());
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
