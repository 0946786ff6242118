package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.cuda.driver.Staging;
import dev.fusedvae.backend.cuda.kernels.Args;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.simd.AdamRule;
import dev.fusedvae.spec.OptimizerSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// The arguments of an optimizer kernel, and the tables of tensors and norms they point to.
public final class UpdateArgs {
    private final Slots slots;
    private final Control control;
    private final Staging staging;

    public UpdateArgs(Slots slots, Control control, Staging staging) {
        this.slots = slots;
        this.control = control;
        this.staging = staging;
    }

    /// `updates` share optimizer and clip.
    void fill(Args args, List<Op.Update> updates) {
        Op.Update first = updates.getFirst();
        List<Tensor> norms = first.clip().map(Op.Clip::norms).orElse(List.of());
        args.pointer("tensors", tensors(updates)).word("tensor_count", updates.size())
                .pointer("norms", norms.isEmpty() ? 0 : norms(norms)).word("norm_count", norms.size())
                .real("clip", first.clip().map(c -> (float) c.norm()).orElse(0f));
        rule(args, first.optimizer());
    }

    /// The words of `optimizer`, on which every kernel that updates parameters agrees.
    static void rule(Args args, OptimizerSpec optimizer) {
        AdamRule rule = switch (optimizer) {
            case OptimizerSpec.Adam a -> AdamRule.of(a.beta1(), a.beta2(), a.epsilon());
            case OptimizerSpec.AdamW a -> AdamRule.of(a.beta1(), a.beta2(), a.epsilon());
            case OptimizerSpec.Sgd s -> AdamRule.of(0, 0, 1);
        };
        args.word("optimizer", optimizer.code()).real("beta1", rule.beta1()).real("one_minus_beta1", rule.oneMinusBeta1()).real("beta2", rule.beta2())
                .real("one_minus_beta2", rule.oneMinusBeta2()).real("epsilon", rule.epsilon())
                .real("momentum", optimizer instanceof OptimizerSpec.Sgd s ? (float) s.momentum() : 0);
    }

    private long tensors(List<Op.Update> updates) {
        long size = Args.TENSOR_ENTRY.layout().byteSize();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment table = arena.allocate(size * updates.size(), 8);
            long block = 0;
            for (int i = 0; i < updates.size(); i++) {
                Op.Update u = updates.get(i);
                new Args(Args.TENSOR_ENTRY, table.asSlice(i * size, size)).pointer("parameter", slots.address(u.parameter()))
                        .pointer("gradient", slots.address(u.gradient())).pointer("first", slots.address(u.state().getFirst()))
                        .pointer("second", u.state().size() > 1 ? slots.address(u.state().get(1)) : 0)
                        .word("count", u.parameter().elements(1)).word("first_block", block).requireComplete();
                block += Dimensions.blocks(u.parameter());
            }
            return uploaded(table);
        }
    }

    private long norms(List<Tensor> norms) {
        long size = Args.NORM_RANGE.layout().byteSize();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment table = arena.allocate(size * norms.size(), 8);
            for (int i = 0; i < norms.size(); i++) {
                new Args(Args.NORM_RANGE, table.asSlice(i * size, size)).pointer("norms", slots.address(norms.get(i)))
                        .word("count", slots.shape(norms.get(i)).size()).requireComplete();
            }
            return uploaded(table);
        }
    }

    private long uploaded(MemorySegment table) {
        long to = control.reserve(table.byteSize());
        staging.copyIn(to, table);
        return to;
    }
}
