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
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// A plan on the CPU path: lowered once, then run by the team without allocating.
public final class CpuExecutable implements Executable {
    private final Plan plan;
    private final Team team;
    private final Memory memory;
    private final Machine machine;
    private final List<Lowering.Lowered> regions;
    private final StepLoop loop;

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
        double[] metrics = new double[2];
        regions = lowering.lower(machine, metrics);
        boolean reduces = plan.graph().ops().stream().anyMatch(op -> op instanceof Op.ReduceLoss);
        loop = new StepLoop(machine, regions, reduces ? Optional.of(metrics) : Optional.empty());
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
        loop.begin(first, steps, out);
        team.run(loop);
        if (loop.divergedAt() >= 0) {
            throw new DivergedException(loop.divergedAt(), "the loss of step " + loop.divergedAt() + " is not finite");
        }
    }

    /// What a call took is the mean over the members of their time within it; the rest of the wall clock is waiting.
    @Override
    public Optional<Profile> profile(long first, int steps) {
        List<Call> calls = plan.calls();
        long[][] nanos = new long[team.size()][calls.size()];
        long start = System.nanoTime();
        loop.begin(first, steps, new double[0]);
        team.run(loop.timed(nanos));
        double all = (double) (System.nanoTime() - start) / steps;
        List<Profile.Timing> timings = IntStream.range(0, calls.size()).mapToObj(c -> new Profile.Timing(List.of(calls.get(c)),
                Arrays.stream(nanos).mapToLong(n -> n[c]).sum() / (double) team.size() / steps)).toList();
        return Optional.of(new Profile(timings, all - timings.stream().mapToDouble(Profile.Timing::nanos).sum()));
    }

    @Override
    public Optional<String> runChecked(long index) {
        Step step = new Step();
        machine.feed().fill(index, step);
        machine.prepare(step.epoch());
        List<Lowering.Code> all = regions.stream().flatMap(r -> r.code().stream()).toList();
        for (int c = 0; c < all.size(); c++) {
            Call call = all.get(c).call();
            team.run(new Alone(all.get(c).code(), step, team.size()));
            boolean done = c + 1 == all.size() || all.get(c + 1).call() != call;
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

    /// Barriers a step: phases that rows can cross by themselves need none between them.
    public int barriers() {
        return regions.size();
    }

    /// Calls run so far, all steps together.
    public long executedCalls() {
        return loop.executedCalls();
    }

    Memory memory() {
        return memory;
    }

    @Override
    public void close() {}
}
