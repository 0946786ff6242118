package dev.fusedvae.lab;

import dev.fusedvae.backend.Executable;
import java.util.ArrayList;
import java.util.List;

/// Executables timed in turns A B C A B C …, so that a disturbance of the machine affects all of them.
final class Turns {
    /// How long to measure.
    ///
    /// @param warmSeconds of every executable before its first turn, at least; code that still gets faster, or still makes
    ///                    allocates its vectors as objects, is given up to twelve times as much, since the compiler shares the
    ///                    processors with other programs
    /// @param turnSeconds of a turn, about
    /// @param rounds      turns of every executable
    record Effort(double warmSeconds, double turnSeconds, int rounds) {
        /// Enough for a figure that others will read.
        static final Effort FULL = new Effort(1.5, 0.05, 15);
    }

    private final List<Clocked> runners;
    private final Effort effort;

    Turns(List<? extends Executable> all, Effort effort) {
        runners = all.stream().map(e -> new Clocked(e, effort)).toList();
        this.effort = effort;
    }

    /// Microseconds per step of each executable, one sample per round; position i of all samples is the same round.
    List<Samples> micros() {
        runners.forEach(Clocked::warm);
        List<List<Double>> all = new ArrayList<>();
        runners.forEach(r -> all.add(new ArrayList<>()));
        for (int round = 0; round < effort.rounds(); round++) {
            for (int i = 0; i < runners.size(); i++) {
                all.get(i).add(runners.get(i).nanos() / 1e3);
            }
        }
        return all.stream().map(Samples::of).toList();
    }
}
