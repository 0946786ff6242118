package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.cuda.kernels.Args;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.simd.AdamRule;
import dev.fusedvae.spec.OptimizerSpec;
import java.util.List;
import java.util.Map;

/// The bindings of optimizers and of sums of squares for clipping.
final class UpdateBindings {
    private UpdateBindings() {}

    static final Binding SQUARED_NORM = Binding.of((op, batch) -> Map.of("count", op.only(Op.SquaredNorm.class).gradient().elements(batch)), (args, op, at) -> {
        Op.SquaredNorm o = op.only(Op.SquaredNorm.class);
        args.pointer("gradient", at.at(o.gradient())).pointer("norms", at.at(o.partial())).word("count", o.gradient().elements(at.batch()));
    });

    /// One update, or several with the same optimizer and clipping.
    static final Binding UPDATE = Binding.of((op, batch) ->
            Map.of("blocks", op.all(Op.Update.class).stream().mapToLong(u -> UpdateTables.blocks(u.parameter())).sum()), (args, op, at) -> {
                List<Op.Update> updates = op.all(Op.Update.class);
                Op.Update first = updates.getFirst();
                List<Tensor> norms = first.clip().map(Op.Clip::norms).orElse(List.of());
                args.pointer("tensors", at.tensors(updates)).word("tensor_count", updates.size()).pointer("norms", at.norms(norms)).word("norm_count", norms.size())
                        .real("clip", first.clip().map(c -> (float) c.norm()).orElse(0f));
                rule(args, first.optimizer());
            });

    static final Binding LINEAR_BACKWARD_UPDATE = Binding.of(Op.LinearBackwardWeight.class, o -> Binding.layer(o.layer()), ProductBindings::weightGradient)
            .and((args, op, at) -> {
                ProductBindings.weights(args, op, at);
                Tensor dW = op.only(Op.LinearBackwardWeight.class).dW();
                for (Op.Update update : op.all(Op.Update.class)) {
                    if (update.gradient().equals(dW)) {
                        state(args.pointer("w", at.at(update.parameter())), update, at, "first", "second");
                    } else {
                        state(args.pointer("bias", at.at(update.parameter())).pointer("db", at.orNull(update.gradient())), update, at, "bias_first", "bias_second");
                    }
                    rule(args, update.optimizer());
                }
            });

    static final Binding SCALAR_UPDATE = Binding.of(Op.ColumnSum.class, o -> Binding.width("N", o.out()), (args, o, at) ->
            args.pointer("out", at.orNull(o.out()))).and((args, op, at) -> {
                Op.Update update = op.only(Op.Update.class);
                ProductBindings.summed(args, op, at);
                state(args.pointer("parameter", at.at(update.parameter())), update, at, "first", "second");
                rule(args, update.optimizer());
            });

    static final Map<Kind, Binding> ALL = Map.ofEntries(
            Map.entry(Kind.SQUARED_NORM, SQUARED_NORM),
            Map.entry(Kind.UPDATE, UPDATE),
            Map.entry(Kind.MULTI_TENSOR_UPDATE, UPDATE),
            Map.entry(Kind.LINEAR_BACKWARD_UPDATE, LINEAR_BACKWARD_UPDATE),
            Map.entry(Kind.SCALAR_UPDATE, SCALAR_UPDATE));

    private static void state(Args args, Op.Update update, Operands at, String first, String second) {
        args.pointer(first, at.at(update.state().getFirst()));
        if (update.state().size() > 1) {
            args.pointer(second, at.at(update.state().get(1)));
        }
    }

    /// Sets the words of `optimizer`, which are the same in all kernels that update parameters.
    private static void rule(Args args, OptimizerSpec optimizer) {
        AdamRule rule = switch (optimizer) {
            case OptimizerSpec.Adam a -> AdamRule.of(a.beta1(), a.beta2(), a.epsilon());
            case OptimizerSpec.AdamW a -> AdamRule.of(a.beta1(), a.beta2(), a.epsilon());
            case OptimizerSpec.Sgd s -> AdamRule.of(0, 0, 1);
        };
        args.word("optimizer", optimizer.code()).real("beta1", rule.beta1()).real("one_minus_beta1", rule.oneMinusBeta1()).real("beta2", rule.beta2())
                .real("one_minus_beta2", rule.oneMinusBeta2()).real("epsilon", rule.epsilon())
                .real("momentum", optimizer instanceof OptimizerSpec.Sgd s ? (float) s.momentum() : 0);
    }
}
