package dev.fusedvae.fuse;

import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Ops that travel together: `ops` is the *definition*, so every fused op has an oracle, a cost and an explanation.
///
/// @param ops      the primitive ops it replaces, in the order of the graph
/// @param reads    tensors that come from outside
/// @param writes   tensors that others see
/// @param internal tensors that never reach memory: made and used up inside
public record FusedOp(Kind kind, List<Op> ops, List<Tensor> reads, List<Tensor> writes, List<Tensor> internal) {

    public FusedOp {
        ops = List.copyOf(ops);
        reads = List.copyOf(reads);
        writes = List.copyOf(writes);
        internal = List.copyOf(internal);
    }

    /// Closes a group over the rest of the graph: what is written here and `neededElsewhere` is visible.
    static FusedOp of(Kind kind, List<Op> ops, Set<Tensor> neededElsewhere) {
        Set<Tensor> reads = new LinkedHashSet<>();
        Set<Tensor> made = new LinkedHashSet<>();
        for (Op op : ops) {
            op.reads().stream().filter(t -> !made.contains(t)).forEach(reads::add);
            made.addAll(op.writes());
        }
        List<Tensor> writes = made.stream().filter(t -> lasts(t) || neededElsewhere.contains(t)).toList();
        List<Tensor> internal = made.stream().filter(t -> !writes.contains(t)).toList();
        return new FusedOp(kind, ops, List.copyOf(reads), writes, internal);
    }

    private static boolean lasts(Tensor t) {
        return t.role() == Tensor.Role.PARAMETER || t.role() == Tensor.Role.STATE;
    }

    /// The only op of type `type` in the definition.
    public <T extends Op> T only(Class<T> type) {
        List<T> found = all(type);
        if (found.size() != 1) {
            throw new IllegalStateException(kind.label() + " holds " + found.size() + " ops of type " + type.getSimpleName());
        }
        return found.getFirst();
    }

    /// The ops of type `type` in the definition, in order.
    public <T extends Op> List<T> all(Class<T> type) {
        return ops.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /// `linear_bias_act encoder.0`: the kind, and the layers or parameters it is about.
    public String title() {
        Set<String> about = new LinkedHashSet<>();
        for (Op op : ops) {
            // an update inside a larger op is about the layer that the op names already
            if (!(op instanceof Op.Update) || kind == Kind.UPDATE || kind == Kind.SCALAR_UPDATE) {
                op.subject().ifPresent(about::add);
            }
        }
        return about.isEmpty() ? kind.label() : kind.label() + " " + String.join("+", about);
    }
}
