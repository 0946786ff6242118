package dev.fusedvae.backend.cpu;

import dev.fusedvae.backend.DivergedException;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.Profile;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// A plan on the CPU path: lowered once, then run by the team without allocating.
public final class CpuExecutable implements Executable {
    private final Plan plan;
    private final Team team;
    private final Memory memory;
    private final Machine machine;
    private final CpuCall[][] regions;
    /// The call that each piece of code belongs to, in the order of `regions`.
    private final List<Call> callOf = new ArrayList<>();
    /// Calls whose first piece of code is in each region.
    private final int[] callsBegun;
    private final boolean reduces;
    /// One record for each member: no member waits for another to read it.
    private final Step[] steps;
    private final double[] metrics = new double[2];
    private final Team.Task loop = this::loop;
    private long firstStep;
    private int count;
    private double[] metricsOut = new double[0];
    private volatile long divergedAt = -1;
    private long executedCalls;

    CpuExecutable(Plan plan, Feed feed, Team team) {
        this(plan, feed, team, Optional.empty());
    }

    private CpuExecutable(Plan plan, Feed feed, Team team, Optional<Memory> shared) {
        feed.check(plan);
        this.plan = plan;
        this.team = team;
        Lowering lowering = new Lowering(plan, team.size());
        memory = lowering.memory(shared);
        machine = new Machine(memory, team.size(), feed);
        List<List<Lowering.Lowered>> lowered = lowering.lower(machine, metrics);
        regions = lowered.stream().map(r -> r.stream().map(Lowering.Lowered::code).toArray(CpuCall[]::new)).toArray(CpuCall[][]::new);
        callsBegun = new int[regions.length];
        for (int r = 0; r < regions.length; r++) {
            for (Lowering.Lowered l : lowered.get(r)) {
                callsBegun[r] += callOf.contains(l.call()) ? 0 : 1;
                callOf.add(l.call());
            }
        }
        reduces = plan.graph().ops().stream().anyMatch(op -> op instanceof Op.ReduceLoss);
        steps = new Step[team.size()];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = new Step();
        }
    }

    @Override
    public CpuExecutable sibling(Plan other, Feed feed) {
        return new CpuExecutable(other, feed, team, Optional.of(memory));
    }

    @Override
    public CpuExecutable serialSibling(Plan other, Feed feed) {
        return new CpuExecutable(other, feed, new Team(1), Optional.of(memory));
    }

    @Override
    public Plan plan() {
        return plan;
    }

    @Override
    public void feed(Feed next) {
        next.check(plan);
        machine.feed(next);
    }

    @Override
    public void run(long first, int steps, double[] out) {
        firstStep = first;
        count = steps;
        metricsOut = out;
        divergedAt = -1;
        team.run(loop);
        if (divergedAt >= 0) {
            throw new DivergedException(divergedAt, "the loss of step " + divergedAt + " is not finite");
        }
    }

    /// The clock is the first member's: its own share of every call, and its waiting for the others.
    @Override
    public Optional<Profile> profile(long first, int steps) {
        List<Call> calls = plan.calls();
        long[] nanos = new long[calls.size() + 1];
        int[] slot = callOf.stream().mapToInt(calls::indexOf).toArray();
        // Of this step and the last: whoever is first past a barrier must not overwrite what member 0 still adds up.
        long[][][] own = new long[2][team.size()][slot.length];
        team.run(member -> {
            Step step = this.steps[member];
            for (int i = 0; i < steps; i++) {
                machine.feed().fill(first + i, step);
                if (!machine.prepared(step.epoch())) {
                    prepare(member, step.epoch());
                }
                timed(member, step, own[i & 1], nanos, slot);
            }
        });
        List<Profile.Timing> timings = IntStream.range(0, calls.size())
                .mapToObj(c -> new Profile.Timing(List.of(calls.get(c)), (double) nanos[c] / steps)).toList();
        return Optional.of(new Profile(timings, (double) nanos[calls.size()] / steps));
    }

    /// A call takes as long as the member that has most of it: with a single panel of columns one member has all.
    private void timed(int member, Step step, long[][] own, long[] nanos, int[] slot) {
        int c = 0;
        for (CpuCall[] region : regions) {
            int first = c;
            long start = System.nanoTime();
            for (CpuCall call : region) {
                long before = System.nanoTime();
                call.run(member, step);
                own[member][c++] = System.nanoTime() - before;
            }
            team.barrier();
            if (member == 0) {
                long rest = System.nanoTime() - start;
                for (int i = first; i < c; i++) {
                    long most = longest(own, i);
                    nanos[slot[i]] += most;
                    rest -= most;
                }
                nanos[nanos.length - 1] += Math.max(0, rest);
            }
        }
    }

    private static long longest(long[][] own, int call) {
        long most = 0;
        for (long[] member : own) {
            most = Math.max(most, member[call]);
        }
        return most;
    }

    private void loop(int member) {
        Step step = steps[member];
        for (int i = 0; i < count; i++) {
            machine.feed().fill(firstStep + i, step);
            if (!machine.prepared(step.epoch())) {
                prepare(member, step.epoch());
            }
            for (int r = 0; r < regions.length; r++) {
                if (r > 0) {
                    team.barrier();
                }
                for (CpuCall call : regions[r]) {
                    call.run(member, step);
                }
                if (member == 0) {
                    executedCalls += callsBegun[r];
                }
            }
            team.barrier();
            if (member == 0) {
                record(step, i);
            }
            if (reduces && !Double.isFinite(metrics[0] + metrics[1])) {
                return;
            }
        }
    }

    /// All members meet, one makes the order of the new epoch, all meet again.
    private void prepare(int member, int epoch) {
        team.barrier();
        if (member == 0) {
            machine.prepare(epoch);
        }
        team.barrier();
    }

    private void record(Step step, int i) {
        if (!reduces) {
            return;
        }
        if (metricsOut.length > 0) {
            metricsOut[2 * i] = metrics[0];
            metricsOut[2 * i + 1] = metrics[1];
        }
        if (!Double.isFinite(metrics[0] + metrics[1])) {
            divergedAt = step.step();
        }
    }

    @Override
    public Optional<String> runChecked(long index) {
        Step step = new Step();
        machine.feed().fill(index, step);
        machine.prepare(step.epoch());
        int c = 0;
        for (CpuCall current : Stream.of(regions).flatMap(Stream::of).toList()) {
            team.run(member -> current.run(member, step));
            Call call = callOf.get(c++);
            boolean done = c == callOf.size() || callOf.get(c) != call;
            for (Tensor t : done ? call.op().writes() : List.<Tensor>of()) {
                if (memory.holds(t) && !finite(t, step.rows())) {
                    return Optional.of(call.title() + " wrote " + t);
                }
            }
        }
        return Optional.empty();
    }

    private boolean finite(Tensor t, int rows) {
        float[] values = read(t);
        int live = t.batched() ? (int) t.elements(rows) : values.length;
        for (int i = 0; i < live; i++) {
            if (!Float.isFinite(values[i])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void read(Tensor tensor, float[] to) {
        memory.read(tensor, to);
    }

    @Override
    public float[] read(Tensor tensor) {
        float[] copy = new float[Math.toIntExact(tensor.elements(plan.batch()))];
        memory.read(tensor, copy);
        return copy;
    }

    @Override
    public void write(Tensor tensor, float[] values) {
        long expected = tensor.elements(plan.batch());
        if (values.length != expected) {
            throw new IllegalArgumentException(tensor + " holds " + expected + " values, got " + values.length);
        }
        memory.write(tensor, values);
    }

    @Override
    public long arenaBytes() {
        return memory.bytes();
    }

    /// Barriers a step: phases that each member can cross with its own rows need none between them.
    public int barriers() {
        return regions.length;
    }

    /// Calls run so far, all steps together.
    public long executedCalls() {
        return executedCalls;
    }

    Memory memory() {
        return memory;
    }

    @Override
    public void close() {}
}
