package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.fuse.Kind;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// The bindings of all kinds of ops, collected from the classes that define them by subject.
public final class Bindings {
    private static final Map<Kind, Binding> ALL = merged(List.of(DataBindings.ALL, ProductBindings.ALL, LatentBindings.ALL,
            LikelihoodBindings.ALL, UpdateBindings.ALL, GibbsBindings.ALL, LayerBindings.ALL));

    private Bindings() {}

    private static Map<Kind, Binding> merged(List<Map<Kind, Binding>> groups) {
        Map<Kind, Binding> all = new EnumMap<>(Kind.class);
        groups.forEach(group -> group.forEach((kind, binding) -> {
            if (all.put(kind, binding) != null) {
                throw new IllegalStateException("two bindings of " + kind.label());
            }
        }));
        return all;
    }

    /// The sizes that the launch line of `op`'s card may name.
    public static Map<String, Long> dimensions(FusedOp op, int batch) {
        return of(op.kind()).dimensions(op, batch);
    }

    /// @throws IllegalStateException if no class of bindings has one
    static Binding of(Kind kind) {
        Binding binding = ALL.get(kind);
        if (binding == null) {
            throw new IllegalStateException("no binding of " + kind.label() + "; add it to the class of bindings that it belongs to");
        }
        return binding;
    }
}
