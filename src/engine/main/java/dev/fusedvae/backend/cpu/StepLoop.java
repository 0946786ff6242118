package dev.fusedvae.backend.cpu;

import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Step;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The job of an executable: so many steps, region after region. One object, used again for every run: it allocates nothing.
final class StepLoop implements Job {
    private final Machine machine;
    private final Region[] regions;
    /// Calls whose first piece of code is in each region.
    private final int[] callsBegun;
    /// Σ log p(x|z) and Σ KL of the step, where the plan makes them.
    private final Optional<double[]> metrics;
    private final Step step = new Step();
    private long first;
    private int count;
    private double[] out = {};
    private int index;
    private int region;
    private long divergedAt;
    private long executedCalls;

    StepLoop(Machine machine, List<Lowering.Lowered> lowered, Optional<double[]> metrics) {
        this.machine = machine;
        this.metrics = metrics;
        regions = lowered.stream().map(Lowering.Lowered::region).toArray(Region[]::new);
        callsBegun = new int[regions.length];
        Set<Call> begun = new HashSet<>();
        for (int r = 0; r < regions.length; r++) {
            for (Lowering.Code code : lowered.get(r).code()) {
                callsBegun[r] += begun.add(code.call()) ? 1 : 0;
            }
        }
    }

    /// Makes this the job of `steps` steps from `firstStep` on, whose metrics go to `to` unless that is empty.
    StepLoop begin(long firstStep, int steps, double[] to) {
        first = firstStep;
        count = steps;
        out = to;
        index = -1;
        region = regions.length - 1;
        divergedAt = -1;
        return this;
    }

    @Override
    public int[] next() {
        if (++region == regions.length) {
            region = 0;
            if (index >= 0) {
                record();
            }
            index++;
            if (index == count || divergedAt >= 0) {
                return OVER;
            }
            machine.feed().fill(first + index, step);
            machine.prepare(step.epoch());
        }
        executedCalls += callsBegun[region];
        return regions[region].bounds();
    }

    @Override
    public void run(int member, int piece) {
        regions[region].run(member, piece, step);
    }

    private void record() {
        if (metrics.isEmpty()) {
            return;
        }
        double[] sums = metrics.get();
        if (out.length > 0) {
            out[2 * index] = sums[0];
            out[2 * index + 1] = sums[1];
        }
        if (!Double.isFinite(sums[0] + sums[1])) {
            divergedAt = step.step();
        }
    }

    /// The same job with a clock around every call of every piece: nanoseconds by member and call of the plan.
    Job timed(long[][] nanos) {
        return new Job() {
            @Override
            public int[] next() {
                return StepLoop.this.next();
            }

            @Override
            public void run(int member, int piece) {
                regions[region].timed(member, piece, step, nanos[member]);
            }
        };
    }

    /// The step at which the loss was not finite, or -1.
    long divergedAt() {
        return divergedAt;
    }

    /// Calls begun so far, all runs together.
    long executedCalls() {
        return executedCalls;
    }
}
