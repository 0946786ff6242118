package dev.fusedvae.fuse;

import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Orders groups of ops so that every conflict of the graph (read after write, write after read, write after write)
/// keeps its direction.
final class Order {
    private final Map<Op, Integer> position = new HashMap<>();
    /// For every op, the earlier ops it conflicts with.
    private final List<BitSet> earlier = new ArrayList<>();

    Order(List<Op> ops) {
        for (Op op : ops) {
            BitSet conflicts = new BitSet();
            for (Map.Entry<Op, Integer> before : position.entrySet()) {
                if (conflict(before.getKey(), op)) {
                    conflicts.set(before.getValue());
                }
            }
            position.put(op, position.size());
            earlier.add(conflicts);
        }
    }

    /// Whether the groups can be put in an order: they do not wait for each other in a circle.
    boolean exists(List<List<Op>> groups) {
        return order(groups).isPresent();
    }

    /// The fused ops in such an order; ties keep the order of the graph.
    List<FusedOp> sort(List<FusedOp> fused) {
        List<Integer> order = order(fused.stream().map(FusedOp::ops).toList()).orElseThrow(
                () -> new IllegalStateException("fused ops wait for each other in a circle"));
        return order.stream().map(fused::get).toList();
    }

    /// Ops in the order of the graph.
    List<Op> sorted(List<Op> ops) {
        return ops.stream().sorted(Comparator.comparing(position::get)).toList();
    }

    private Optional<List<Integer>> order(List<List<Op>> groups) {
        int n = groups.size();
        List<BitSet> members = new ArrayList<>();
        List<BitSet> waitsFor = new ArrayList<>();
        for (List<Op> group : groups) {
            BitSet ops = new BitSet();
            BitSet needs = new BitSet();
            group.forEach(op -> ops.set(position.get(op)));
            group.forEach(op -> needs.or(earlier.get(position.get(op))));
            needs.andNot(ops);
            members.add(ops);
            waitsFor.add(needs);
        }
        BitSet done = new BitSet();
        List<Integer> order = new ArrayList<>();
        boolean[] placed = new boolean[n];
        while (order.size() < n) {
            int next = -1;
            for (int g = 0; g < n; g++) {
                if (!placed[g] && ready(waitsFor.get(g), done)
                        && (next < 0 || members.get(g).nextSetBit(0) < members.get(next).nextSetBit(0))) {
                    next = g;
                }
            }
            if (next < 0) {
                return Optional.empty();
            }
            placed[next] = true;
            done.or(members.get(next));
            order.add(next);
        }
        return Optional.of(order);
    }

    private static boolean ready(BitSet needs, BitSet done) {
        BitSet missing = (BitSet) needs.clone();
        missing.andNot(done);
        return missing.isEmpty();
    }

    private static boolean conflict(Op x, Op y) {
        return overlap(x.writes(), y.reads()) || overlap(x.reads(), y.writes()) || overlap(x.writes(), y.writes());
    }

    private static boolean overlap(List<Tensor> a, List<Tensor> b) {
        return a.stream().anyMatch(b::contains);
    }
}
