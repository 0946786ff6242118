package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.cuda.kernels.Args;
import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.graph.Layer;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.spec.Activation;
import java.util.Optional;

/// Fills the argument structs of restricted Boltzmann machines: draws, contrasts, and layers that end in a draw.
final class GibbsArgs {
    private final Slots slots;

    GibbsArgs(Slots slots) {
        this.slots = slots;
    }

    private long at(Tensor t) {
        return slots.address(t);
    }

    void sample(Args args, Op.BernoulliSample o) {
        args.pointer("p", at(o.p())).pointer("state", at(o.state())).word("n", o.p().width());
    }

    void contrast(Args args, Op.Contrast o) {
        args.pointer("data", at(o.data())).pointer("model", at(o.model())).pointer("rows", at(o.rows()))
                .word("n", o.rows().width()).word("gradient", o.gradient() ? 1 : 0);
    }

    /// y = x Wᵀ and what hangs on it.
    void up(Args args, FusedOp op) {
        Op.Linear product = op.only(Op.Linear.class);
        layer(args.pointer("x", at(product.x())), product.layer(), op);
    }

    /// y = x W and what hangs on it.
    void down(Args args, FusedOp op) {
        Op.LinearBackwardData product = op.only(Op.LinearBackwardData.class);
        layer(args.pointer("x", at(product.dY())), product.layer(), op);
    }

    private void layer(Args args, Layer layer, FusedOp op) {
        Op.AddBias bias = op.only(Op.AddBias.class);
        Optional<Op.Activate> act = op.all(Op.Activate.class).stream().findFirst();
        Optional<Op.BernoulliSample> draw = op.all(Op.BernoulliSample.class).stream().findFirst();
        args.pointer("w", at(layer.weight())).word("n", layer.width()).word("k", layer.inputs())
                .pointer("bias", at(bias.layer().bias().orElseThrow())).pointer("pre", visible(op, Optional.of(bias.y())))
                .pointer("p", visible(op, act.map(Op.Activate::y))).pointer("state", visible(op, draw.map(Op.BernoulliSample::state)))
                .word("activation", act.map(Op.Activate::activation).orElse(Activation.IDENTITY).code());
        if (draw.isEmpty()) {
            args.word("key0", 0).word("key1", 0).word("site", 0).word("by_example", 0);
        }
    }

    /// Null for what stays inside the call.
    private long visible(FusedOp op, Optional<Tensor> t) {
        return t.filter(op.writes()::contains).map(this::at).orElse(0L);
    }

    /// Sets the keys of a draw.
    static void bind(Args args, Op.BernoulliSample o, Feed feed, int byExample) {
        Stream stream = feed.gibbs(o.site());
        args.word("key0", stream.key0()).word("key1", stream.key1()).word("site", stream.counter3(0)).word("by_example", byExample);
    }
}
