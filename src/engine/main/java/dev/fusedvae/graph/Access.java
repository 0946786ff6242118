package dev.fusedvae.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToLongFunction;

/// The tensors that an op reads and those that it writes, in order, and how much it computes.
///
/// @param perRow what it writes one value per row of: sums of terms, which backends may keep in parts
/// @param flops  additions and multiplications for a batch of so many examples (a fused multiply-add counts two); an elementary
///               function counts [Op#FUNCTION]
public record Access(List<Tensor> reads, List<Tensor> writes, List<PerRow> perRow, IntToLongFunction flops) {
    /// One value per row, the sum of `terms` terms.
    public record PerRow(Tensor tensor, int terms) {}

    public Access {
        reads = List.copyOf(reads);
        writes = List.copyOf(writes);
        perRow = List.copyOf(perRow);
    }

    static Draft reading(Tensor... tensors) {
        return new Draft().reading(List.of(tensors));
    }

    /// An access that does not yet say what it computes; [#flops] is the last thing that is said.
    static final class Draft {
        private final List<Tensor> reads = new ArrayList<>();
        private final List<Tensor> writes = new ArrayList<>();
        private final List<PerRow> perRow = new ArrayList<>();

        private Draft() {}

        Draft reading(List<Tensor> more) {
            reads.addAll(more);
            return this;
        }

        Draft reading(Optional<Tensor> maybe) {
            return reading(maybe.stream().toList());
        }

        Draft writing(Tensor tensor) {
            return writing(List.of(tensor));
        }

        Draft writing(List<Tensor> more) {
            writes.addAll(more);
            return this;
        }

        Draft writing(Optional<Tensor> maybe) {
            return writing(maybe.stream().toList());
        }

        Draft writingPerRow(Tensor tensor, int terms) {
            perRow.add(new PerRow(tensor, terms));
            return writing(tensor);
        }

        Draft writingPerRow(Optional<Tensor> maybe, int terms) {
            maybe.ifPresent(t -> writingPerRow(t, terms));
            return this;
        }

        Access flops(IntToLongFunction ofBatch) {
            return new Access(reads, writes, perRow, ofBatch);
        }
    }
}
