package dev.fusedvae.fuse;

import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// Orders groups of ops so that every conflict of the graph (read after write, write after read, write after write)
/// keeps its direction.
final class Order {
    /// By identity: the hash of an op runs over its layer and tensors, and positions are asked for all the time.
    private final Map<Op, Integer> position = new IdentityHashMap<>();
    /// For every op, the earlier ops it conflicts with, and the later ones.
    private final List<BitSet> earlier = new ArrayList<>();
    private final List<BitSet> later = new ArrayList<>();

    Order(List<Op> ops) {
        for (Op op : ops) {
            BitSet conflicts = new BitSet();
            for (Map.Entry<Op, Integer> before : position.entrySet()) {
                if (conflict(before.getKey(), op)) {
                    conflicts.set(before.getValue());
                    later.get(before.getValue()).set(position.size());
                }
            }
            position.put(op, position.size());
            earlier.add(conflicts);
            later.add(new BitSet());
        }
    }

    /// Whether the groups, which hold every op once, can be put in an order: they do not wait for each other in a circle.
    /// Asked for every pair that may be fused, so in time linear in the conflicts: groups leave as nobody holds them back.
    boolean exists(List<List<Op>> groups) {
        int[] groupOf = new int[earlier.size()];
        for (int g = 0; g < groups.size(); g++) {
            for (Op op : groups.get(g)) {
                groupOf[position.get(op)] = g;
            }
        }
        int[] waits = new int[groups.size()];
        for (int op = 0; op < groupOf.length; op++) {
            int group = groupOf[op];
            waits[group] += (int) earlier.get(op).stream().filter(before -> groupOf[before] != group).count();
        }
        ArrayDeque<Integer> ready = new ArrayDeque<>();
        IntStream.range(0, waits.length).filter(g -> waits[g] == 0).forEach(ready::add);
        int left = groups.size();
        while (!ready.isEmpty()) {
            int group = ready.remove();
            left--;
            for (Op op : groups.get(group)) {
                BitSet after = later.get(position.get(op));
                for (int next = after.nextSetBit(0); next >= 0; next = after.nextSetBit(next + 1)) {
                    if (groupOf[next] != group && --waits[groupOf[next]] == 0) {
                        ready.add(groupOf[next]);
                    }
                }
            }
        }
        return left == 0;
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
