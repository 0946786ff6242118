package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.cuda.kernels.Args;
import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.graph.Layer;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.spec.Corruption;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The bindings of fused ops of level LAYER: whole layers together with the data or the latent. A tensor that is internal to an op has a
/// null pointer.
final class LayerBindings {
    private LayerBindings() {}

    static final Binding GATHER_LINEAR_BIAS_ACT = Binding.of((op, batch) -> Binding.layer(op.only(Op.Linear.class).layer()), (args, op, at) -> {
        DataBindings.gather(args, op.only(Op.Gather.class), at);
        corrupted(args, op, at);
        layer(args, ProductBindings.Forward.of(op, Layer.Place.ENCODER), at);
    }).fed((args, op, feed, data) -> {
        DataBindings.feedGather(args, feed, data);
        feedCorruption(args, op, feed);
    });

    static final Binding LATENT_FORWARD = Binding.of((op, batch) -> Map.of(), (args, op, at) -> {
        ProductBindings.Forward heads = ProductBindings.Forward.of(op, Layer.Place.HEADS);
        args.pointer("x", at.orNull(heads.x())).word("features", heads.layer().inputs())
                .pointer("heads_w", at.at(heads.layer().weight())).pointer("heads_bias", ProductBindings.bias(heads.layer(), at))
                .pointer("heads", at.orNull(heads.y())).word("heads_n", heads.layer().width());
        op.all(Op.Gather.class).forEach(o -> DataBindings.gather(args, o, at));
        corrupted(args, op, at);
        op.all(Op.Reparameterize.class).forEach(o ->
                args.pointer("eps", at.orNull(o.eps())).pointer("z", at.orNull(o.z())).word("latent", o.z().width()));
        LatentBindings.divergences(args, op, at);
        op.all(Op.L1Penalty.class).forEach(o -> args.pointer("l1", at.at(o.l1())));
        ProductBindings.Forward.maybe(op, Layer.Place.DECODER).ifPresent(f -> layer(args, f, at));
    }).perExample().fed((args, op, feed, data) -> {
        if (!op.all(Op.Gather.class).isEmpty()) {
            DataBindings.feedGather(args, feed, data);
        }
        feedCorruption(args, op, feed);
        op.all(Op.Noise.class).forEach(o -> args.word("key0", feed.noise().key0()).word("key1", feed.noise().key1())
                .word("noise_site", feed.noise().counter3(0)).word("in_order", DataBindings.byExample(feed))
                .word("all_samples", DataBindings.allSamples(feed, op)));
    });

    static final Binding LATENT_BACKWARD = Binding.of((op, batch) -> Map.of(), (args, op, at) -> {
        List<Op.LinearBackwardData> products = op.all(Op.LinearBackwardData.class);
        Op.LinearBackwardData decoder = products.getFirst();
        Tensor dHeads = op.all(Op.Add.class).stream().findFirst().map(Op.Add::out).orElse(decoder.dX());
        args.pointer("dy", at.at(decoder.dY())).pointer("w", at.at(decoder.layer().weight())).pointer("d_heads", at.at(dHeads))
                .pointer("dz", dHeads.equals(decoder.dX()) ? 0 : at.orNull(decoder.dX()))
                .word("n", decoder.layer().width()).word("latent", decoder.layer().inputs()).word("heads_n", dHeads.width());
        op.all(Op.L1Backward.class).forEach(o -> args.pointer("code", at.at(o.code())));
        LatentBindings.parts(args, op, at);
        products.stream().skip(1).forEach(heads -> {
            args.pointer("heads_w", at.at(heads.layer().weight())).word("k", heads.layer().inputs());
            ProductBindings.activated(args, op, heads, at);
        });
    }).perExample();

    static final Map<Kind, Binding> ALL = Map.ofEntries(
            Map.entry(Kind.GATHER_LINEAR_BIAS_ACT, GATHER_LINEAR_BIAS_ACT),
            Map.entry(Kind.LATENT_FORWARD, LATENT_FORWARD),
            Map.entry(Kind.LATENT_BACKWARD, LATENT_BACKWARD));

    /// The weights, bias and activation of a layer.
    private static void layer(Args args, ProductBindings.Forward f, Operands at) {
        args.pointer("w", at.at(f.layer().weight())).pointer("bias", ProductBindings.bias(f.layer(), at)).pointer("y", at.at(f.y()))
                .pointer("pre", f.pre().equals(f.y()) ? 0 : at.orNull(f.pre()))
                .word("n", f.layer().width()).word("activation", f.activation().code());
    }

    private static void corrupted(Args args, FusedOp op, Operands at) {
        Optional<Op.Corrupt> corrupt = op.all(Op.Corrupt.class).stream().findFirst();
        args.pointer("corrupted", at.orNull(corrupt.map(Op.Corrupt::out)));
        DataBindings.corruption(args, corrupt.map(Op.Corrupt::corruption).orElse(Corruption.NONE));
    }

    private static void feedCorruption(Args args, FusedOp op, Feed feed) {
        op.all(Op.Corrupt.class).forEach(o -> args.word("corrupt_site", feed.corruption().counter3(0)));
    }
}
