package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.cuda.kernels.Args;
import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.graph.Layer;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.spec.Likelihood;
import java.util.Map;
import java.util.Optional;

/// The bindings of log-likelihoods, their gradients, and the sums that are reported.
final class LikelihoodBindings {
    private LikelihoodBindings() {}

    /// The log-likelihood, its gradient, or both.
    static final Binding LIKELIHOOD = Binding.of((op, batch) -> Binding.width("D", examples(op)), (args, op, at) -> {
        values(args, op, at);
        Tensor y = op.all(Op.LogLikelihood.class).stream().map(Op.LogLikelihood::y).findFirst()
                .orElseGet(() -> op.only(Op.LikelihoodBackward.class).y());
        args.pointer("y", at.at(y));
    });

    /// Together with the product of the output layer; the means reach memory only if another call reads them.
    static final Binding OUTPUT_LIKELIHOOD = Binding.of((op, batch) -> Binding.width("D", examples(op)), (args, op, at) -> {
        values(args, op, at);
        ProductBindings.Forward output = ProductBindings.Forward.of(op, Layer.Place.OUTPUT);
        args.pointer("h", at.at(output.x())).pointer("w", at.at(output.layer().weight())).pointer("bias", ProductBindings.bias(output.layer(), at))
                .pointer("y", at.orNull(output.y())).word("k", output.layer().inputs());
    });

    static final Binding REDUCE_LOSS = Binding.of(Op.ReduceLoss.class, o -> Map.of(), (args, o, at) ->
            args.pointer("ll", at.at(o.ll())).pointer("kl", at.orNull(o.kl())).pointer("metrics", at.at(o.metrics())).pointer("losses", at.losses())
                    .word("ll_tiles", at.tiles(o.ll())).word("kl_tiles", o.kl().map(at::tiles).orElse(0)).word("samples", o.ll().samples())).perExample();

    static final Map<Kind, Binding> ALL = Map.ofEntries(
            Map.entry(Kind.LOG_LIKELIHOOD, LIKELIHOOD),
            Map.entry(Kind.LIKELIHOOD_BACKWARD, LIKELIHOOD),
            Map.entry(Kind.LIKELIHOOD_GRAD, LIKELIHOOD),
            Map.entry(Kind.OUTPUT_LIKELIHOOD, OUTPUT_LIKELIHOOD),
            Map.entry(Kind.REDUCE_LOSS, REDUCE_LOSS));

    private static Tensor examples(FusedOp op) {
        return op.all(Op.LogLikelihood.class).stream().map(Op.LogLikelihood::x).findFirst().orElseGet(() -> op.only(Op.LikelihoodBackward.class).x());
    }

    /// All fields except those for y: of the forward op, the backward op or both.
    private static void values(Args args, FusedOp op, Operands at) {
        for (Op.LogLikelihood o : op.all(Op.LogLikelihood.class)) {
            likelihood(args, o.likelihood(), o.x(), o.logVar(), at).pointer("ll", at.at(o.ll())).word("shares", 1);
        }
        for (Op.LikelihoodBackward o : op.all(Op.LikelihoodBackward.class)) {
            likelihood(args, o.likelihood(), o.x(), o.logVar(), at).pointer("dy", at.at(o.dY())).pointer("d_log_var", at.orNull(o.dLogVar())).word("shares", o.shares());
        }
    }

    /// Sets the words of `likelihood`, which are the same in all kernels that evaluate it.
    private static Args likelihood(Args args, Likelihood likelihood, Tensor x, Optional<Tensor> logVar, Operands at) {
        double variance = likelihood.fixedVariance().orElse(1);
        return args.pointer("x", at.at(x)).pointer("log_var", at.orNull(logVar)).word("d", x.columns())
                .word("likelihood", likelihood.code()).real("precision", (float) (1 / variance))
                .real("half_log", (float) (0.5 * StrictMath.log(2 * Math.PI * variance)));
    }
}
