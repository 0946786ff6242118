package dev.fusedvae.plan;

import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.graph.Tensor;
import java.util.List;
import java.util.Optional;

/// Finds tensors over which two calls must not run at once.
public final class Hazards {

    /// What happens to `tensor`: read after write, write after read, write after write.
    public record Hazard(String kind, Tensor tensor) {}

    private Hazards() {}

    /// The hazard that forbids running `second` while or before `first` runs, if any.
    public static Optional<Hazard> between(FusedOp first, FusedOp second) {
        return common("read after write", first.writes(), second.reads())
                .or(() -> common("write after read", first.reads(), second.writes()))
                .or(() -> common("write after write", first.writes(), second.writes()));
    }

    /// Throws if two of the calls touch a tensor that one of them writes.
    static void refuse(List<Call> calls) {
        for (int i = 0; i < calls.size(); i++) {
            for (int j = i + 1; j < calls.size(); j++) {
                Call a = calls.get(i);
                Call b = calls.get(j);
                between(a.op(), b.op()).ifPresent(h -> {
                    throw new IllegalStateException("%s and %s cannot share a phase: %s of %s"
                            .formatted(a.title(), b.title(), h.kind(), h.tensor()));
                });
            }
        }
    }

    private static Optional<Hazard> common(String kind, List<Tensor> a, List<Tensor> b) {
        return a.stream().filter(b::contains).findFirst().map(t -> new Hazard(kind, t));
    }
}
