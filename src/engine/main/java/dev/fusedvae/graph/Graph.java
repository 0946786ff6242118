package dev.fusedvae.graph;

import dev.fusedvae.spec.VaeSpec;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Ops in an order in which they may run one after the other, and the tensors that must outlive them.
///
/// @param layers  all layers of the model, encoder first
/// @param ops     every tensor but parameters and state is written by exactly one op, before it is read
/// @param results tensors that a caller reads when the ops have run
public record Graph(VaeSpec spec, List<Layer> layers, List<Op> ops, List<Tensor> results) {

    public Graph {
        layers = List.copyOf(layers);
        ops = List.copyOf(ops);
        results = List.copyOf(results);
        check(ops);
    }

    private static void check(List<Op> ops) {
        Set<Tensor> written = new LinkedHashSet<>();
        for (Op op : ops) {
            for (Tensor t : op.reads()) {
                boolean lives = t.role() == Tensor.Role.PARAMETER || t.role() == Tensor.Role.STATE;
                if (!lives && !written.contains(t)) {
                    throw new IllegalStateException(op + " reads " + t + " before it is written");
                }
            }
            for (Tensor t : op.writes()) {
                if (!written.add(t)) {
                    throw new IllegalStateException(op + " writes " + t + " a second time");
                }
            }
        }
    }

    /// Every tensor, in order of first use.
    public List<Tensor> tensors() {
        Set<Tensor> all = new LinkedHashSet<>();
        for (Op op : ops) {
            all.addAll(op.reads());
            all.addAll(op.writes());
        }
        return List.copyOf(all);
    }

    /// Tensors of one role, in order of first use; parameters come in the order of the layers.
    public List<Tensor> tensors(Tensor.Role role) {
        if (role == Tensor.Role.PARAMETER) {
            return parameters();
        }
        return tensors().stream().filter(t -> t.role() == role).toList();
    }

    private List<Tensor> parameters() {
        Set<Tensor> ordered = new LinkedHashSet<>();
        for (Layer layer : layers) {
            ordered.add(layer.weight());
            layer.bias().ifPresent(ordered::add);
        }
        tensors().stream().filter(t -> t.role() == Tensor.Role.PARAMETER).forEach(ordered::add);
        Set<Tensor> used = new LinkedHashSet<>(tensors());
        ordered.retainAll(used);
        return List.copyOf(ordered);
    }

    /// The tensor of that name.
    public Tensor tensor(String name) {
        return tensors().stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow(
                () -> new IllegalArgumentException("no tensor named " + name + " in this graph"));
    }
}
