package dev.fusedvae.check;

import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Plan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/// Runs one step of any [Executable] and compares every value that any call left in memory with the call's definition.
///
/// Each call is judged by itself: its oracle reads what the executable itself had in memory, so errors do not add up
/// from call to call, no rounding can tip an activation over its kink, and a finding names the call that went wrong.
/// The executable must compute in the floats that it lets others read, so the reference itself cannot be verified: its
/// doubles lose digits on the way out.
public final class Verifier {

    /// A value that is not what the definition says.
    ///
    /// @param index   place in the slot, row-major
    /// @param allowed the largest |actual − exact| that would have passed
    public record Finding(Call call, Tensor slot, int index, double actual, double exact, double allowed) {
        @Override
        public String toString() {
            return "%s wrote %s at row %d, column %d: %s; its definition gives %s, and rounding explains at most %.3g of the difference %.3g"
                    .formatted(call.title(), slot, index / slot.width(), index % slot.width(), actual, exact, allowed,
                            Math.abs(actual - exact));
        }
    }

    /// The outcome: how much was compared, what was wrong, and how close the rest came.
    ///
    /// @param values   values compared
    /// @param worst    the largest share of its tolerance that a value used up
    /// @param allZero  slots whose definition gave nothing but zeros, so that nothing was proven about them
    /// @param findings one for each slot that is wrong, its worst value
    public record Report(long values, double worst, List<Tensor> allZero, List<Finding> findings) {
        public Report {
            allZero = List.copyOf(allZero);
            findings = List.copyOf(findings);
        }
    }

    private final Executable executable;
    private final Feed feed;
    private final Tolerance tolerance;
    private final List<Finding> findings = new ArrayList<>();
    private final List<Tensor> allZero = new ArrayList<>();
    private long values;
    private double worst;

    private Verifier(Executable executable, Feed feed, Tolerance tolerance) {
        this.executable = executable;
        this.feed = feed;
        this.tolerance = tolerance;
    }

    /// The same calls in the same phases, with every slot a result: none gives up its memory before the step ends.
    public static Plan watched(Plan plan) {
        Graph graph = new Graph(plan.graph().spec(), plan.graph().layers(), plan.graph().ops(), plan.slots());
        return new Plan(graph, plan.level(), plan.batch(), plan.phases(), plan.notes());
    }

    /// Verifies step `index` of an executable that was loaded with a [#watched] plan and `feed`.
    ///
    /// @param inputs parameters and optimizer state before the step; state that is left out is what the executable holds
    public static Report step(Executable executable, Feed feed, long index, Map<Tensor, float[]> inputs, Tolerance tolerance) {
        Plan plan = executable.plan();
        if (!new HashSet<>(plan.graph().results()).containsAll(plan.slots())) {
            throw new IllegalArgumentException("slots of this plan share memory, so their values are gone when a step ends;"
                    + " load Verifier.watched(plan)");
        }
        return new Verifier(executable, feed, tolerance).step(index, inputs);
    }

    private Report step(long index, Map<Tensor, float[]> inputs) {
        Plan plan = executable.plan();
        inputs.forEach(executable::write);
        Map<Tensor, float[]> before = readAll(plan.slots().stream().filter(Verifier::lasts).toList());
        before.putAll(inputs);
        double[] metrics = new double[2];
        executable.run(index, 1, metrics);
        Map<Tensor, float[]> after = readAll(plan.slots());
        Oracle oracle = new Oracle(plan, feed, tolerance);
        for (Call call : plan.calls()) {
            for (Oracle.Expected expected : oracle.of(call, index, t -> lasts(t) ? before.get(t) : after.get(t))) {
                compare(call, expected, widen(after.get(expected.slot())));
                if (call.op().all(Op.ReduceLoss.class).stream().anyMatch(o -> o.metrics().equals(expected.slot()))) {
                    compare(call, expected, metrics);
                }
            }
        }
        return new Report(values, worst, allZero, findings);
    }

    private static boolean lasts(Tensor t) {
        return t.role() == Tensor.Role.PARAMETER || t.role() == Tensor.Role.STATE;
    }

    private Map<Tensor, float[]> readAll(List<Tensor> tensors) {
        Map<Tensor, float[]> all = new HashMap<>();
        tensors.forEach(t -> all.put(t, executable.read(t)));
        return all;
    }

    private void compare(Call call, Oracle.Expected expected, double[] actual) {
        boolean zero = true;
        double most = 0;
        int at = -1;
        for (int i = 0; i < expected.exact().length; i++) {
            double share = Math.abs(actual[i] - expected.exact()[i]) / tolerance.allowed(expected.naive()[i]);
            zero &= expected.exact()[i] == 0;
            if (!(share <= most)) {
                most = Double.isNaN(share) ? Double.POSITIVE_INFINITY : share;
                at = i;
            }
        }
        values += expected.exact().length;
        worst = Math.max(worst, most);
        if (zero) {
            allZero.add(expected.slot());
        }
        if (most > 1) {
            findings.add(new Finding(call, expected.slot(), at, actual[at], expected.exact()[at], tolerance.allowed(expected.naive()[at])));
        }
    }

    private static double[] widen(float[] from) {
        double[] wide = new double[from.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = from[i];
        }
        return wide;
    }
}
