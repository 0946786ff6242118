package dev.fusedvae.backend.reference;

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
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// A plan on the reference backend: every tensor is its own array, every call runs its definition.
public final class ReferenceExecutable implements Executable {
    private final Plan plan;
    private final Map<Tensor, double[]> values = new HashMap<>();
    private Feed feed;

    ReferenceExecutable(Plan plan, Feed feed) {
        this.plan = plan;
        for (Tensor t : plan.graph().tensors()) {
            values.put(t, new double[Math.toIntExact(t.elements(plan.batch()))]);
        }
        feed(feed);
    }

    @Override
    public Plan plan() {
        return plan;
    }

    @Override
    public void feed(Feed next) {
        next.check(plan);
        feed = next;
    }

    @Override
    public void run(long firstStep, int count, double[] metrics) {
        for (int i = 0; i < count; i++) {
            Step step = new Step();
            feed.fill(firstStep + i, step);
            ReferenceOps ops = new ReferenceOps(values, feed, step);
            for (Call call : plan.calls()) {
                call.op().ops().forEach(ops::run);
            }
            record(step, i, metrics);
        }
    }

    private void record(Step step, int i, double[] metrics) {
        for (Call call : plan.calls()) {
            for (Op.ReduceLoss reduce : call.op().all(Op.ReduceLoss.class)) {
                double[] sums = values.get(reduce.metrics());
                if (metrics.length > 0) {
                    metrics[2 * i] = sums[0];
                    metrics[2 * i + 1] = sums[1];
                }
                if (!Double.isFinite(sums[0] + sums[1])) {
                    throw new DivergedException(step.step(), "the loss of step " + step.step() + " is not finite");
                }
            }
        }
    }

    /// Plain loops in double, never optimised: their time says nothing.
    @Override
    public Optional<Profile> profile(long firstStep, int count) {
        return Optional.empty();
    }

    @Override
    public Optional<String> runChecked(long index) {
        Step step = new Step();
        feed.fill(index, step);
        ReferenceOps ops = new ReferenceOps(values, feed, step);
        for (Call call : plan.calls()) {
            for (Op op : call.op().ops()) {
                ops.run(op);
                for (Tensor t : op.writes()) {
                    int live = t.batched() ? (int) t.elements(step.rows()) : values.get(t).length;
                    if (!Arrays.stream(values.get(t), 0, live).allMatch(Double::isFinite)) {
                        return Optional.of(call.title() + " wrote " + t);
                    }
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public ReferenceExecutable sibling(Plan other, Feed otherFeed) {
        ReferenceExecutable sibling = new ReferenceExecutable(other, otherFeed);
        for (Tensor t : other.graph().tensors(Tensor.Role.PARAMETER)) {
            sibling.values.put(t, slot(t));
        }
        return sibling;
    }

    @Override
    public void read(Tensor tensor, float[] to) {
        double[] from = slot(tensor);
        for (int i = 0; i < from.length; i++) {
            to[i] = (float) from[i];
        }
    }

    @Override
    public float[] read(Tensor tensor) {
        float[] copy = new float[slot(tensor).length];
        read(tensor, copy);
        return copy;
    }

    /// A copy of a tensor's values in full precision; also of tensors that fusion keeps from memory elsewhere.
    public double[] readDouble(Tensor tensor) {
        return slot(tensor).clone();
    }

    @Override
    public void write(Tensor tensor, float[] from) {
        double[] wide = new double[from.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = from[i];
        }
        writeDouble(tensor, wide);
    }

    /// Sets a tensor in full precision.
    public void writeDouble(Tensor tensor, double[] from) {
        double[] to = slot(tensor);
        if (from.length != to.length) {
            throw new IllegalArgumentException(tensor + " holds " + to.length + " values, got " + from.length);
        }
        System.arraycopy(from, 0, to, 0, to.length);
    }

    private double[] slot(Tensor tensor) {
        double[] slot = values.get(tensor);
        if (slot == null) {
            throw new IllegalArgumentException("this plan has no tensor " + tensor);
        }
        return slot;
    }

    @Override
    public long arenaBytes() {
        return values.values().stream().mapToLong(v -> (long) Double.BYTES * v.length).sum();
    }

    @Override
    public void close() {
        values.clear();
    }
}
