package dev.fusedvae.check;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.DivergedException;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.Guards;
import dev.fusedvae.check.Defect.Guard;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Phase;
import dev.fusedvae.plan.Plan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Verifies one call of a plan by itself: its inputs are written into its slots, it alone runs, and everything that it may
/// and may not have done is checked against its definition.
public final class OpVerifier {
    /// Draws after which a case counts as one that proves nothing.
    private static final int DRAWS = 50;

    private final Backend backend;
    private final String name;
    private final Tolerance tolerance;
    private final List<Defect> defects = new ArrayList<>();
    private long values;
    private double worst;
    private boolean faulted;

    /// @param name op and variant for findings: `linear_bias_act/2_tiled`
    public OpVerifier(Backend backend, String name, Tolerance tolerance) {
        this.backend = backend;
        this.name = name;
        this.tolerance = tolerance;
    }

    /// Values compared so far.
    public long values() {
        return values;
    }

    /// The largest share of its tolerance that a real-valued result used up so far.
    public double worst() {
        return worst;
    }

    public List<Defect> defects() {
        return List.copyOf(defects);
    }

    /// True after the device gave up a launch: it runs nothing more until the backend is opened anew.
    public boolean faulted() {
        return faulted;
    }

    /// Verifies `call` of `plan`, which is the plan of `at`.
    public void verify(OpCase at, Plan plan, Call call) {
        Plan alone = new Plan(keeping(plan.graph(), call), plan.level(), plan.batch(), List.of(new Phase(0, List.of(call))), List.of());
        try (Executable executable = backend.load(alone, at.feed(true))) {
            try {
                new Trial(at, call, executable, true).check();
                if (!faulted) {
                    executable.feed(at.feed(false));
                    new Trial(at, call, executable, false).check();
                }
            } finally {
                if (faulted) {
                    closeQuietly(executable);
                }
            }
        }
    }

    /// What the call reads and writes is compared when it has run: none of it gives up its memory while the call is under way.
    private static Graph keeping(Graph graph, Call call) {
        Set<Tensor> results = new LinkedHashSet<>(graph.results());
        results.addAll(call.op().reads());
        results.addAll(call.op().writes());
        return new Graph(graph.spec(), graph.layers(), graph.ops(), List.copyOf(results));
    }

    /// After a fault the device refuses what closing asks of it; the fault is reported already.
    private static void closeQuietly(Executable executable) {
        try {
            executable.close();
        } catch (IllegalStateException e) {
            // said before
        }
    }

    /// One call with inputs of one sort.
    private final class Trial {
        private final OpCase at;
        private final Call call;
        private final Executable executable;
        private final boolean exact;
        private final double[] metrics = new double[2];

        Trial(OpCase at, Call call, Executable executable, boolean exact) {
            this.at = at;
            this.call = call;
            this.executable = executable;
            this.exact = exact;
        }

        void check() {
            Feed feed = at.feed(exact);
            Oracle oracle = new Oracle(executable.plan(), feed, tolerance);
            for (int draw = 0; draw < DRAWS; draw++) {
                OpInputs inputs = new OpInputs(call.op(), at, exact, OpCase.SEED + draw);
                Set<Tensor> exactSlots = inputs.exactSlots();
                if (exact && exactSlots.isEmpty()) {
                    return; // nothing that integers would prove
                }
                Map<Tensor, float[]> drawn = inputs.draw();
                List<Oracle.Expected> expected = oracle.of(call, OpCase.STEP, drawn::get);
                if (expected.stream().noneMatch(e -> Arrays.stream(e.exact()).allMatch(v -> v == 0))) {
                    check(drawn, expected, exactSlots);
                    return;
                }
            }
            defect(Guard.NONZERO, "every draw of inputs makes some slot all zeros, so nothing is proven; choose another shape");
        }

        private void check(Map<Tensor, float[]> inputs, List<Oracle.Expected> expected, Set<Tensor> exactSlots) {
            Optional<Map<Tensor, float[]>> first = run(inputs);
            if (first.isEmpty()) {
                return;
            }
            for (Oracle.Expected e : expected) {
                compare(e, first.get().get(e.slot()), exactSlots.contains(e.slot()));
            }
            call.op().all(Op.ReduceLoss.class).forEach(o -> losses(expected, o));
            inputs.forEach(this::unchanged);
            executable.guards().flatMap(Guards::damaged).ifPresent(t -> defect(Guard.WORDS,
                    call.title() + " wrote into the memory behind or before " + t + ", which belongs to no slot"));
            repeat(inputs, first.get());
        }

        /// The same again, and where the device can be made to, with its threads in every other order.
        private void repeat(Map<Tensor, float[]> inputs, Map<Tensor, float[]> first) {
            List<String> orders = executable.guards().map(Guards::orders).orElse(List.of());
            if (orders.size() < 2) {
                run(inputs).ifPresent(again -> first.forEach((t, made) -> same(t, made, again.get(t), "")));
                return;
            }
            Guards guards = executable.guards().orElseThrow();
            try {
                for (String order : orders.subList(1, orders.size())) {
                    guards.order(order);
                    run(inputs).ifPresent(again -> first.forEach((t, made) -> same(t, made, again.get(t), " and threads in " + order + " order")));
                }
            } finally {
                guards.order(orders.getFirst());
            }
        }

        /// Everything anew: inputs, NaN in every slot that the call writes, then the call alone.
        private Optional<Map<Tensor, float[]>> run(Map<Tensor, float[]> inputs) {
            inputs.forEach(executable::write);
            for (Tensor t : call.op().writes()) {
                if (!inputs.containsKey(t)) {
                    float[] poison = new float[Math.toIntExact(t.elements(at.batch()))];
                    Arrays.fill(poison, Float.NaN);
                    executable.write(t, poison);
                }
            }
            try {
                executable.guards().ifPresent(Guards::arm);
                executable.run(OpCase.STEP, 1, metrics);
            } catch (DivergedException e) {
                // the losses are compared like all other values
            } catch (IllegalStateException e) {
                faulted = true;
                defect(Guard.FAULT, e.getMessage());
                return Optional.empty();
            }
            Map<Tensor, float[]> made = new HashMap<>();
            call.op().writes().forEach(t -> made.put(t, executable.read(t)));
            return Optional.of(made);
        }

        private void compare(Oracle.Expected e, float[] actual, boolean bits) {
            double most = 0;
            int wrong = -1;
            for (int i = 0; i < e.exact().length; i++) {
                double allowed = bits ? 0 : tolerance.allowed(e.naive()[i]);
                double off = Math.abs(actual[i] - (bits ? (float) e.exact()[i] : e.exact()[i]));
                double share = off == 0 ? 0 : off / allowed;
                if (!(share <= most)) {
                    most = Double.isNaN(share) ? Double.POSITIVE_INFINITY : share;
                    wrong = i;
                }
            }
            values += e.exact().length;
            if (!bits) {
                worst = Math.max(worst, most);
            }
            if (most > 1) {
                value(e, wrong, actual[wrong], bits);
            }
            // the CPU path may use up what is left of a group of rows; kernels may not, and they have guards
            for (int i = e.exact().length; i < actual.length && executable.guards().isPresent(); i++) {
                if (!Float.isNaN(actual[i])) {
                    defect(Guard.POISON, "%s wrote %s into %s, whose live rows end at %d: the tail of the batch is not masked"
                            .formatted(call.title(), actual[i], place(e.slot(), i), at.rows()));
                    return;
                }
            }
        }

        private void value(Oracle.Expected e, int i, float actual, boolean bits) {
            Guard guard = Float.isNaN(actual) && !Double.isNaN(e.exact()[i]) ? Guard.POISON : bits ? Guard.EXACT : Guard.ROUNDING;
            String allowed = bits ? "integers leave no room for rounding"
                    : "rounding explains at most %.3g of the difference %.3g".formatted(tolerance.allowed(e.naive()[i]), Math.abs(actual - e.exact()[i]));
            String unwritten = guard == Guard.POISON ? " (not written, or made of what nobody wrote: outputs and dead rows start as NaN)" : "";
            defect(guard, "%s wrote %s to %s%s; its definition gives %s, and %s"
                    .formatted(call.title(), actual, place(e.slot(), i), unwritten, e.exact()[i], allowed));
        }

        /// The sums in double that the host gets beside the slot.
        private void losses(List<Oracle.Expected> expected, Op.ReduceLoss o) {
            expected.stream().filter(e -> e.slot().equals(o.metrics())).forEach(e -> {
                for (int i = 0; i < e.exact().length; i++) {
                    if (!(Math.abs(metrics[i] - e.exact()[i]) <= tolerance.allowed(e.naive()[i]))) {
                        defect(Guard.ROUNDING, "%s gave the host %s as sum %d; its definition gives %s".formatted(call.title(), metrics[i], i, e.exact()[i]));
                    }
                }
            });
        }

        private void unchanged(Tensor t, float[] before) {
            if (!call.op().writes().contains(t)) {
                int i = Arrays.mismatch(before, executable.read(t));
                if (i >= 0) {
                    defect(Guard.INPUTS, "%s changed %s, which it may only read: it held %s".formatted(call.title(), place(t, i), before[i]));
                }
            }
        }

        private void same(Tensor t, float[] first, float[] second, String how) {
            int i = Arrays.mismatch(first, second);
            if (i >= 0) {
                defect(Guard.REPEAT, "%s wrote %s and then, from the same inputs%s, %s to %s".formatted(call.title(), first[i], how, second[i], place(t, i)));
            }
        }

        private String place(Tensor t, int i) {
            return "%s at row %d, column %d".formatted(t, i / t.width(), i % t.width());
        }

        private void defect(Guard guard, String what) {
            defects.add(new Defect(name, at.toString(), backend.device(), guard, what));
        }
    }
}
