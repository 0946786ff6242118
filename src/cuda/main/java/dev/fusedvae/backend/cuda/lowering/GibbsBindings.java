package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.cuda.kernels.Args;
import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.spec.Activation;
import java.util.Map;
import java.util.Optional;

/// The bindings of ops of restricted Boltzmann machines: draws, contrasts, and layers that end with a draw.
final class GibbsBindings {
    private GibbsBindings() {}

    static final Binding BERNOULLI_SAMPLE = Binding.of(Op.BernoulliSample.class, o -> Binding.width("N", o.p()), (args, o, at) ->
            args.pointer("p", at.at(o.p())).pointer("state", at.at(o.state())).word("n", o.p().width())).fed(GibbsBindings::feedDraw);

    static final Binding CONTRAST = Binding.of(Op.Contrast.class, o -> Binding.width("N", o.rows()), (args, o, at) ->
            args.pointer("data", at.at(o.data())).pointer("model", at.at(o.model())).pointer("rows", at.at(o.rows())).word("n", o.rows().width())
                    .word("gradient", o.gradient() ? 1 : 0));

    /// y = x Wᵀ, with bias, activation and draw.
    static final Binding LINEAR_BIAS_ACT_SAMPLE = Binding.of(Op.Linear.class, o -> Binding.layer(o.layer()), (args, o, at) ->
            ProductBindings.product(args, o.layer(), at).pointer("x", at.at(o.x()))).and(GibbsBindings::epilogue).fed(GibbsBindings::feedDraw);

    /// y = x W, with bias, activation and draw.
    static final Binding TRANSPOSED_BIAS_ACT_SAMPLE = Binding.of(Op.LinearBackwardData.class, o -> Binding.layer(o.layer()), (args, o, at) ->
            ProductBindings.product(args, o.layer(), at).pointer("x", at.at(o.dY()))).and(GibbsBindings::epilogue).fed(GibbsBindings::feedDraw);

    static final Map<Kind, Binding> ALL = Map.ofEntries(
            Map.entry(Kind.BERNOULLI_SAMPLE, BERNOULLI_SAMPLE),
            Map.entry(Kind.CONTRAST, CONTRAST),
            Map.entry(Kind.LINEAR_BIAS_ACT_SAMPLE, LINEAR_BIAS_ACT_SAMPLE),
            Map.entry(Kind.TRANSPOSED_BIAS_ACT_SAMPLE, TRANSPOSED_BIAS_ACT_SAMPLE));

    /// Bias, activation and draw; a tensor that is internal to the call has a null pointer.
    private static void epilogue(Args args, FusedOp op, Operands at) {
        Op.AddBias bias = op.only(Op.AddBias.class);
        Optional<Op.Activate> act = op.all(Op.Activate.class).stream().findFirst();
        Optional<Tensor> state = op.all(Op.BernoulliSample.class).stream().findFirst().map(Op.BernoulliSample::state);
        args.pointer("bias", at.at(bias.layer().bias().orElseThrow())).pointer("pre", written(op, Optional.of(bias.y()), at))
                .pointer("p", written(op, act.map(Op.Activate::y), at)).pointer("state", written(op, state, at))
                .word("activation", act.map(Op.Activate::activation).orElse(Activation.IDENTITY).code());
    }

    private static long written(FusedOp op, Optional<Tensor> t, Operands at) {
        return t.filter(op.writes()::contains).map(at::at).orElse(0L);
    }

    /// The seed and site of the draw, if there is one.
    private static void feedDraw(Args args, FusedOp op, Feed feed, DeviceExamples data) {
        op.all(Op.BernoulliSample.class).forEach(o -> DataBindings.stream(args, feed.gibbs(o.site())).word("by_example", DataBindings.byExample(feed)));
    }
}
