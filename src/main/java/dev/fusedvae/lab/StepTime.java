package dev.fusedvae.lab;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.BackendUnavailableException;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.Profile;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Cost;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.spec.TrainSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// The measured time of a training step, call by call, under the roofs of the same moment.
///
/// @param device       what ran it
/// @param stepNanos    a step without clocks inside: median over rounds
/// @param timings      every call: median over rounds of the mean of a round
/// @param waitingNanos at barriers, as [Profile] counts it
public record StepTime(String device, double stepNanos, List<Profile.Timing> timings, double waitingNanos, Roofs roofs) {
    private static final int EXAMPLES = 4096;
    private static final int ROUNDS = 11;
    private static final double WARM_NANOS = 3e9;
    private static final double ROUND_NANOS = 5e7;

    public StepTime {
        timings = List.copyOf(timings);
    }

    /// Times steps of `plan` on random data and random parameters, after about three seconds of warm-up.
    ///
    /// @throws BackendUnavailableException if the backend's calls cannot be timed
    public static StepTime measure(Backend backend, Plan plan, TrainSpec train) {
        Examples examples = Workload.examples(plan.graph().spec().features(), Math.max(EXAMPLES, 2 * plan.batch()));
        StepTable table = new StepTable(train, plan.graph().spec().objective(), examples.count() / plan.batch() * plan.batch());
        try (Executable executable = backend.load(plan, new Feed.Training(examples, table))) {
            Workload.start(executable);
            if (executable.profile(0, 1).isEmpty()) {
                throw new BackendUnavailableException("the calls of " + backend.device() + " cannot be timed; use --backend cpu, or cuda on a GPU");
            }
            return new Timing(executable).run(backend.device(), Roofs.of(backend, executable.arenaBytes()));
        }
    }

    /// The share of its roof that timing `i` reaches: 1 is all that the machine can do.
    public double share(int i) {
        Cost cost = timings.get(i).calls().stream().map(Call::cost).reduce(new Cost(0, 0), Cost::plus);
        return roofs.nanos(cost) / timings.get(i).nanos();
    }

    /// One executable under the clock; rounds without and with clocks inside take turns.
    private static final class Timing {
        private final Executable executable;
        private final double[] metrics = new double[0];
        private long step;
        private int steps = 1;

        Timing(Executable executable) {
            this.executable = executable;
        }

        StepTime run(String device, Roofs roofs) {
            warm();
            double[] whole = new double[ROUNDS];
            List<Profile> profiles = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                whole[round] = nanos();
                profiles.add(executable.profile(step, steps).orElseThrow());
                step += steps;
            }
            List<Profile.Timing> timings = IntStream.range(0, profiles.getFirst().timings().size())
                    .mapToObj(i -> new Profile.Timing(profiles.getFirst().timings().get(i).calls(),
                            median(profiles.stream().mapToDouble(p -> p.timings().get(i).nanos()).toArray()))).toList();
            return new StepTime(device, median(whole), timings, median(profiles.stream().mapToDouble(Profile::waitingNanos).toArray()), roofs);
        }

        private void warm() {
            long start = System.nanoTime();
            double each = 1;
            while (System.nanoTime() - start < WARM_NANOS) {
                each = nanos();
                steps = (int) Math.clamp(ROUND_NANOS / each, 1, 1000);
                executable.profile(step, steps);
                step += steps;
            }
        }

        /// Nanoseconds of a step, mean of a round.
        private double nanos() {
            long start = System.nanoTime();
            executable.run(step, steps, metrics);
            step += steps;
            return (System.nanoTime() - start) / (double) steps;
        }

        private static double median(double[] values) {
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            return sorted[sorted.length / 2];
        }
    }
}
