package dev.fusedvae.lab;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.Profile;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Cost;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.run.BackendUnavailableException;
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
    /// The share of a roof beyond which it is no rounding.
    private static final double ABOVE = 1.06;
    private static final Turns.Effort EFFORT = new Turns.Effort(2, 0.05, 11);

    public StepTime {
        timings = List.copyOf(timings);
    }

    /// Times steps of `plan` on random data and random parameters, warmed up until they get no faster: some seconds on a quiet machine, half a
    /// minute at most.
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
            return run(executable, backend.device(), Roofs.of(backend, executable.arenaBytes()));
        }
    }

    /// The share of its roof that timing `i` reaches: 1 is all that the machine can do.
    public double share(int i) {
        Cost cost = timings.get(i).calls().stream().map(Call::cost).reduce(new Cost(0, 0), Cost::plus);
        return roofs.nanos(cost) / timings.get(i).nanos();
    }

    /// Whether a call that arithmetic bounds is faster than the roof was: then the roof is not what this machine can do.
    public boolean aboveArithmetic() {
        return IntStream.range(0, timings.size()).anyMatch(i -> share(i) > ABOVE && !roofs.memoryBound(timings.get(i).calls().stream().map(Call::cost)
                .reduce(new Cost(0, 0), Cost::plus)));
    }

    /// Rounds without and with clocks inside take turns.
    private static StepTime run(Executable executable, String device, Roofs roofs) {
        Clocked clocked = new Clocked(executable, EFFORT);
        clocked.warm();
        for (long start = System.nanoTime(); System.nanoTime() - start < 1e9 * EFFORT.warmSeconds() / 2; ) {
            clocked.profile();
        }
        double[] whole = new double[EFFORT.rounds()];
        List<Profile> profiles = new ArrayList<>();
        for (int round = 0; round < whole.length; round++) {
            whole[round] = clocked.nanos();
            profiles.add(clocked.profile().orElseThrow());
        }
        List<Profile.Timing> timings = IntStream.range(0, profiles.getFirst().timings().size())
                .mapToObj(i -> new Profile.Timing(profiles.getFirst().timings().get(i).calls(),
                        median(profiles.stream().mapToDouble(p -> p.timings().get(i).nanos()).toArray()))).toList();
        return new StepTime(device, median(whole), timings, median(profiles.stream().mapToDouble(Profile::waitingNanos).toArray()), roofs);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
