package dev.fusedvae.fuse;

import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Layer;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.spec.FusionLevel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Applies the rules of a level to a graph.
public final class Fuser {

    /// The fused ops in an order in which they may run, and what was decided against, with its reason.
    public record Result(List<FusedOp> ops, List<String> notes) {
        public Result {
            ops = List.copyOf(ops);
            notes = List.copyOf(notes);
        }
    }

    private final Graph graph;
    private final int batch;
    private final Budget budget;
    private final Order order;
    private final List<String> notes = new ArrayList<>();
    private List<Group> groups = new ArrayList<>();

    private record Group(Kind kind, List<Op> ops) {
        Group join(Kind result, Group other) {
            List<Op> all = new ArrayList<>(ops);
            all.addAll(other.ops);
            return new Group(result, all);
        }
    }

    private Fuser(Graph graph, int batch, Budget budget) {
        this.graph = graph;
        this.batch = batch;
        this.budget = budget;
        this.order = new Order(graph.ops());
        for (Op op : graph.ops()) {
            groups.add(new Group(Kind.of(op), List.of(op)));
        }
    }

    /// Fuses `graph` at `level` for batches of `batch` rows, by every rule of the level.
    public static Result fuse(Graph graph, FusionLevel level, int batch, Optional<String> keepGradients) {
        return fuse(graph, Fusion.of(level), batch, keepGradients);
    }

    /// Fuses `graph` by the rules of `fusion` for batches of `batch` rows.
    ///
    /// @param keepGradients a reason to bring whole gradients to memory (such as dumping them), or empty
    public static Result fuse(Graph graph, Fusion fusion, int batch, Optional<String> keepGradients) {
        Fuser fuser = new Fuser(graph, batch, fusion.budget());
        Optional<String> whole = keepGradients.or(() -> wholeGradients(graph));
        if (fusion.level() == FusionLevel.LAYER) {
            whole.ifPresent(reason -> fuser.notes.add("the optimizer is a launch of its own: " + reason));
        }
        for (Rule rule : Kind.RULES) {
            if (fusion.applies(rule, whole.isPresent())) {
                fuser.apply(rule);
            }
        }
        return new Result(fuser.close(keepGradients.isPresent()), fuser.notes);
    }

    /// Why gradients must be whole before any is used, or empty.
    private static Optional<String> wholeGradients(Graph graph) {
        return graph.ops().stream().anyMatch(op -> op instanceof Op.Update u && u.clip().isPresent())
                ? Optional.of("clipping by global norm needs every gradient before the first update")
                : Optional.empty();
    }

    private void apply(Rule rule) {
        Set<Group> done = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < groups.size(); i++) {
            Group start = groups.get(i);
            if (!done.contains(start) && fits(rule.elements().getFirst(), start)) {
                Optional<Group> fused = grow(rule, start);
                fused.ifPresent(done::add);
                i = fused.isPresent() ? -1 : i;
            }
        }
    }

    /// Grows a group from `start` along the rule's elements; replaces its members where the pattern is complete.
    private Optional<Group> grow(Rule rule, Group start) {
        Group group = new Group(rule.result(), start.ops());
        List<Group> members = new ArrayList<>(List.of(start));
        for (Rule.Element element : rule.elements().subList(1, rule.elements().size())) {
            boolean found;
            boolean any = false;
            do {
                Optional<Group> next = candidate(element, group, members);
                found = next.isPresent();
                if (found) {
                    group = group.join(rule.result(), next.get());
                    members.add(next.get());
                    any = true;
                }
            } while (found && element.repeated());
            if (!any && !element.optional()) {
                return Optional.empty();
            }
        }
        if (members.size() < rule.least()) {
            return Optional.empty();
        }
        groups = replace(members, group);
        return Optional.of(group);
    }

    private Optional<Group> candidate(Rule.Element element, Group group, List<Group> members) {
        Set<Tensor> link = switch (element.link()) {
            case CONSUMES -> writes(group);
            case SHARES -> reads(group);
            case FREE -> Set.of();
        };
        for (Group other : groups) {
            if (fits(element, other) && !members.contains(other) && (element.link() == Rule.Link.FREE || readsAny(other, link))
                    && (!element.rereads() || affordable(group, other) && fitsBlock(group, other)) && legal(members, other, group)) {
                return Optional.of(other);
            }
        }
        return Optional.empty();
    }

    private static boolean fits(Rule.Element element, Group group) {
        if (element.kind() != group.kind()) {
            return false;
        }
        Optional<Layer> layer = layer(group);
        return (element.places().isEmpty() || layer.isPresent() && element.places().contains(layer.get().place()))
                && (!element.first() || layer.isPresent() && layer.get().first());
    }

    private static Optional<Layer> layer(Group group) {
        return group.ops().stream().map(Op::product).flatMap(Optional::stream).map(Op.Product::layer).findFirst();
    }

    private static boolean readsAny(Group group, Set<Tensor> tensors) {
        return group.ops().stream().anyMatch(o -> o.reads().stream().anyMatch(tensors::contains));
    }

    private static Set<Tensor> writes(Group group) {
        Set<Tensor> all = new HashSet<>();
        group.ops().forEach(op -> all.addAll(op.writes()));
        return all;
    }

    private static Set<Tensor> reads(Group group) {
        Set<Tensor> all = new HashSet<>();
        group.ops().forEach(op -> all.addAll(op.reads()));
        return all;
    }

    /// Row blocks read all weights of the phase again: that traffic must stay under the budget.
    ///
    /// A second product that does not fit beside the first costs one launch more. Where the first does not fit alone, all that
    /// the phase consists of is a launch each (gather, product, what is between, product: two more for two products): tiles
    /// could end in what is between only if one owned μ and log σ² of a latent, L columns apart, and all samples of an example.
    private boolean affordable(Group group, Group other) {
        long traffic = 0;
        for (Group g : List.of(group, other)) {
            Map<Layer, Integer> rows = new HashMap<>();
            for (Op op : g.ops()) {
                op.product().filter(p -> p.layer().place() != Layer.Place.ENCODER).ifPresent(p -> rows.put(p.layer(), p.outputs().rows(batch)));
            }
            traffic += rows.entrySet().stream().mapToLong(e -> budget.rereads(e.getValue(), e.getKey().weight().bytes(batch))).sum();
        }
        if (traffic > budget.rereadBytes()) {
            notes.add("%s is split before %s: its row blocks would read %,d bytes of weights again, the budget is %,d"
                    .formatted(group.kind().label(), name(other), traffic, budget.rereadBytes()));
            return false;
        }
        return true;
    }

    /// A row block keeps what the first decoder layer reads in shared memory, and that has a bound.
    private boolean fitsBlock(Group group, Group other) {
        for (Op op : other.ops()) {
            if (op instanceof Op.Linear o && o.layer().place() == Layer.Place.DECODER) {
                long bytes = (long) budget.rowBlock() * o.layer().inputs() * Float.BYTES;
                if (bytes > budget.rowBlockMemoryBytes()) {
                    notes.add("%s is split before %s: its row blocks would keep %,d bytes of z in shared memory, the budget is %,d"
                            .formatted(group.kind().label(), name(other), bytes, budget.rowBlockMemoryBytes()));
                    return false;
                }
            }
        }
        return true;
    }

    private static String name(Group group) {
        return layer(group).map(Layer::name).orElse(group.kind().label());
    }

    /// Whether the groups still have an order in which they may run when `other` joins `members`.
    private boolean legal(List<Group> members, Group other, Group group) {
        List<Group> all = new ArrayList<>(members);
        all.add(other);
        return order.exists(replace(all, group.join(group.kind(), other)).stream().map(Group::ops).toList());
    }

    private List<Group> replace(List<Group> members, Group group) {
        List<Group> result = new ArrayList<>();
        for (Group g : groups) {
            if (g == members.getFirst()) {
                result.add(group);
            } else if (members.stream().noneMatch(m -> m == g)) {
                result.add(g);
            }
        }
        return result;
    }

    private static Stream<Tensor> inMemory(Op.Reparameterize o) {
        return o.z().samples() > 1 ? Stream.of(o.heads(), o.z()) : Stream.of(o.heads());
    }

    private List<FusedOp> close(boolean keepGradients) {
        Set<Tensor> results = new HashSet<>(graph.results());
        if (keepGradients) {
            results.addAll(graph.tensors(Tensor.Role.GRADIENT));
        }
        List<FusedOp> fused = new ArrayList<>();
        for (Group group : groups) {
            Set<Tensor> needed = new HashSet<>(results);
            if (group.kind() == Kind.LATENT_FORWARD) {
                // row blocks read x once for every few columns: gathered once, it is read back from memory
                group.ops().stream().filter(op -> op instanceof Op.Gather).forEach(op -> needed.addAll(op.writes()));
                // and heads once for every sample; the decoder layer reads z of several samples from there as well
                group.ops().stream().flatMap(op -> op instanceof Op.Reparameterize o ? inMemory(o) : Stream.empty()).forEach(needed::add);
            }
            for (Group other : groups) {
                if (other != group) {
                    needed.addAll(reads(other));
                }
            }
            fused.add(FusedOp.of(group.kind(), order.sorted(group.ops()), needed));
        }
        return order.sort(fused);
    }
}
