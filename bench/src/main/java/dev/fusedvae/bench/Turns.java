package dev.fusedvae.bench;

import dev.fusedvae.lab.BenchResults;
import dev.fusedvae.lab.PeerTable;
import dev.fusedvae.lab.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// All contestants in turn, A B C D A B C D …, so that a busy moment of the machine affects all alike; the first round does not count.
///
/// @param warm   steps or calls of every contestant before any is timed, the peers' `--warm`
/// @param rounds that count
/// @param steps  of a turn, steps or calls; each contestant rounds down to whole windows, and takes one window before the clock starts
public record Turns(int warm, int rounds, int steps) {
    private static final int CALM_MILLIS = 400;

    /// Our side's times, in milliseconds per step; the rivals keep their own.
    ///
    /// @param command what a rival is asked, from its mode
    public List<Double> run(Contestant ours, List<Rival> rivals, UnaryOperator<String> command) {
        return run(ours, rivals, command, Turns::calm);
    }

    /// @param calm what comes before every turn
    List<Double> run(Contestant ours, List<Rival> rivals, UnaryOperator<String> command, Runnable calm) {
        warmUp(ours);
        List<Double> millis = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            calm.run();
            ours.run(ours.window());
            double time = ours.millisAStep(steps);
            if (round > 0) {
                millis.add(time);
            }
            for (Rival rival : rivals) {
                if (rival.takesPart()) {
                    calm.run();
                    rival.turn(command.apply(rival.mode()), round > 0);
                }
            }
        }
        return millis;
    }

    /// Brings our side to [#warm] steps, less the window that begins its first turn: as a peer's `--warm` does.
    private void warmUp(Contestant ours) {
        ours.run(Math.max(0, warm - ours.steps() - ours.window()));
    }

    /// Steps after which all contestants have taken all turns, those that began late too.
    ///
    /// @param done steps before them
    int most(int done, int window) {
        return done + warm + (rounds + 1) * (window + Math.max(1, steps / window) * window);
    }

    /// Our turn and that of every rival.
    public static List<BenchResults.Series> series(String ran, List<Double> ours, List<Rival> rivals) {
        List<BenchResults.Series> all = new ArrayList<>();
        all.add(new BenchResults.Series(PeerTable.OURS, ran, ours.isEmpty() ? Optional.empty() : Optional.of(Samples.of(ours))));
        rivals.forEach(rival -> all.add(rival.series()));
        return all;
    }

    /// Lets the threads of the contestant before go to sleep before the clock starts.
    private static void calm() {
        try {
            Thread.sleep(CALM_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
