package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.cuda.kernels.Args;
import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.graph.Layer;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Corruption;
import java.util.List;
import java.util.Optional;

/// Fills the argument structs of the ops of fusion level LAYER, of which table, base and batch are set already. What is
/// internal to an op has no memory: its pointer is null.
final class LayerArgs {
    private final Slots slots;
    private final FamilyArgs family;

    LayerArgs(Slots slots, FamilyArgs family) {
        this.slots = slots;
        this.family = family;
    }

    private long at(Tensor t) {
        return slots.address(t);
    }

    private long orNull(Tensor t) {
        return slots.addressOrNull(Optional.of(t));
    }

    /// A layer within an op: its product, what its bias makes of it, and what its activation makes of that.
    private record Forward(Layer layer, Tensor x, Tensor pre, Tensor y, Activation activation) {

        static Forward of(FusedOp op, Layer.Place... places) {
            return maybe(op, places).orElseThrow(() -> new IllegalArgumentException(op.title() + " lacks a layer"));
        }

        static Optional<Forward> maybe(FusedOp op, Layer.Place... places) {
            return op.all(Op.Linear.class).stream().filter(o -> List.of(places).contains(o.layer().place())).findFirst().map(o -> of(op, o));
        }

        private static Forward of(FusedOp op, Op.Linear product) {
            Tensor pre = op.all(Op.AddBias.class).stream().filter(o -> o.a().equals(product.y())).findFirst().map(Op.AddBias::y).orElse(product.y());
            Optional<Op.Activate> act = op.all(Op.Activate.class).stream().filter(o -> o.a().equals(pre)).findFirst();
            return new Forward(product.layer(), product.x(), pre, act.map(Op.Activate::y).orElse(pre),
                    act.map(Op.Activate::activation).orElse(Activation.IDENTITY));
        }
    }

    private long bias(Layer layer) {
        return layer.bias().map(this::at).orElse(0L);
    }

    /// Weights and epilogue of a layer whose output is `y`.
    private void layer(Args args, Forward f) {
        args.pointer("w", at(f.layer().weight())).pointer("bias", bias(f.layer())).pointer("y", at(f.y()))
                .pointer("pre", f.pre().equals(f.y()) ? 0 : orNull(f.pre()))
                .word("n", f.layer().width()).word("activation", f.activation().code());
    }

    void gatherLinear(Args args, FusedOp op) {
        Op.Gather gather = op.only(Op.Gather.class);
        args.pointer("x", orNull(gather.x())).word("features", gather.x().columns()).word("binarization", gather.binarization().code());
        corrupted(args, op);
        layer(args, Forward.of(op, Layer.Place.ENCODER));
    }

    /// The corruption of what was gathered; its place in the counters is set by CallArgs.bind.
    private void corrupted(Args args, FusedOp op) {
        Optional<Op.Corrupt> corrupt = op.all(Op.Corrupt.class).stream().findFirst();
        args.pointer("corrupted", slots.addressOrNull(corrupt.map(Op.Corrupt::out))).word("corrupt_site", 0);
        FamilyArgs.corruption(args, corrupt.map(Op.Corrupt::corruption).orElse(Corruption.NONE));
    }

    void latentForward(Args args, FusedOp op) {
        Forward heads = Forward.of(op, Layer.Place.HEADS);
        Optional<Op.Gather> gather = op.all(Op.Gather.class).stream().findFirst();
        args.pointer("x", at(gather.map(Op.Gather::x).orElse(heads.x()))).word("features", heads.layer().inputs())
                .word("binarization", gather.map(o -> o.binarization().code()).orElse(0))
                .pointer("heads_w", at(heads.layer().weight())).pointer("heads_bias", bias(heads.layer()))
                .pointer("heads", orNull(heads.y())).word("heads_n", heads.layer().width()).word("latent", 0);
        for (String word : List.of("key0", "key1", "site", "noise_site", "all_samples", "in_order", "examples", "element", "byte_law")) {
            args.word(word, 0); // what has no say here; the rest is set by CallArgs.bind
        }
        args.real("shift", 0).real("divisor", 1);
        op.all(Op.Reparameterize.class).forEach(o -> args.pointer("eps", orNull(o.eps())).pointer("z", orNull(o.z())).word("latent", o.z().width()));
        op.all(Op.KlDivergence.class).forEach(o -> family.kl(args, o));
        op.all(Op.LogRatio.class).forEach(o -> family.ratio(args, o));
        op.all(Op.L1Penalty.class).forEach(o -> args.pointer("l1", at(o.l1())));
        corrupted(args, op);
        args.word("n", 0).word("activation", 0);
        Forward.maybe(op, Layer.Place.DECODER).ifPresent(f -> layer(args, f));
    }

    void outputLikelihood(Args args, FusedOp op) {
        Forward output = Forward.of(op, Layer.Place.OUTPUT);
        Op.LogLikelihood o = op.only(Op.LogLikelihood.class);
        CallArgs.likelihood(args, o.likelihood()).pointer("h", at(output.x())).pointer("w", at(output.layer().weight()))
                .pointer("bias", bias(output.layer())).pointer("x", at(o.x())).pointer("log_var", slots.addressOrNull(o.logVar()))
                .pointer("y", orNull(output.y())).pointer("ll", at(o.ll())).word("d", o.x().columns()).word("k", output.layer().inputs()).word("shares", 1);
        op.all(Op.LikelihoodBackward.class).forEach(b -> args.pointer("dy", at(b.dY())).pointer("d_log_var", slots.addressOrNull(b.dLogVar()))
                .word("shares", b.shares()));
    }

    void latentBackward(Args args, FusedOp op) {
        List<Op.LinearBackwardData> products = op.all(Op.LinearBackwardData.class);
        Op.LinearBackwardData decoder = products.getFirst();
        Tensor dHeads = op.all(Op.Add.class).stream().findFirst().map(Op.Add::out).orElse(decoder.dX());
        args.pointer("dy", at(decoder.dY())).pointer("w", at(decoder.layer().weight())).pointer("d_heads", at(dHeads))
                .pointer("dz", dHeads.equals(decoder.dX()) ? 0 : orNull(decoder.dX()))
                .pointer("code", op.all(Op.L1Backward.class).stream().findFirst().map(o -> at(o.code())).orElse(0L))
                .word("n", decoder.layer().width()).word("latent", decoder.layer().inputs()).word("heads_n", dHeads.width())
                .word("k", 0).word("activation", 0);
        family.latentParts(args, op);
        products.stream().skip(1).forEach(o -> {
            Optional<Op.ActivateBackward> act = op.all(Op.ActivateBackward.class).stream().findFirst();
            args.pointer("heads_w", at(o.layer().weight())).word("k", o.layer().inputs())
                    .pointer("saved", act.map(a -> at(a.saved())).orElse(0L)).pointer("da", at(act.map(Op.ActivateBackward::dA).orElse(o.dX())))
                    .word("activation", act.map(Op.ActivateBackward::activation).orElse(Activation.IDENTITY).code());
        });
    }

    void linearUpdate(Args args, FusedOp op) {
        Op.LinearBackwardWeight o = op.only(Op.LinearBackwardWeight.class);
        args.pointer("dy", orNull(o.dY())).pointer("x", at(o.x())).pointer("dw", orNull(o.dW()))
                .word("n", o.layer().width()).word("k", o.layer().inputs());
        family.weights(args, op);
        for (Op.Update update : op.all(Op.Update.class)) {
            if (update.gradient().equals(o.dW())) {
                state(args.pointer("w", at(update.parameter())), update, "first", "second");
            } else {
                state(args.pointer("bias", at(update.parameter())).pointer("db", orNull(update.gradient())), update, "bias_first", "bias_second");
            }
            UpdateArgs.rule(args, update.optimizer());
        }
    }

    private void state(Args args, Op.Update update, String first, String second) {
        args.pointer(first, at(update.state().getFirst()));
        if (update.state().size() > 1) {
            args.pointer(second, at(update.state().get(1)));
        }
    }

    void scalarUpdate(Args args, FusedOp op) {
        Op.ColumnSum sum = op.only(Op.ColumnSum.class);
        Op.Update update = op.only(Op.Update.class);
        family.columnSum(args, op).pointer("out", orNull(sum.out())).pointer("parameter", at(update.parameter()));
        state(args, update, "first", "second");
        UpdateArgs.rule(args, update.optimizer());
    }
}
