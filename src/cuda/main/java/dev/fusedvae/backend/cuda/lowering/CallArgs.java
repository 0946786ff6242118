package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.cuda.kernels.Args;
import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.graph.Layer;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Likelihood;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/// Fills the argument struct of a call from its definition: which slot goes to which field.
public final class CallArgs {
    private final Slots slots;
    private final Control control;
    private final UpdateArgs updates;
    private final LayerArgs layers;
    private final FamilyArgs family;
    private final GibbsArgs gibbs;
    private final int batch;

    /// @param prior address of the prior's table, or 0 for N(0, I)
    public CallArgs(Slots slots, Control control, UpdateArgs updates, long prior, int batch) {
        this.slots = slots;
        this.control = control;
        this.updates = updates;
        family = new FamilyArgs(slots, prior);
        layers = new LayerArgs(slots, family);
        gibbs = new GibbsArgs(slots);
        this.batch = batch;
    }

    /// The arguments of `op`, in `memory`; those that depend on the feed are set by [#bind].
    Args of(FusedOp op, MemorySegment memory) {
        Args args = new Args(Args.of(op.kind()), memory);
        if (args.type().fields().contains("table")) {
            args.pointer("table", control.table()).pointer("base", control.base());
        }
        if (args.type().fields().contains("batch")) {
            args.word("batch", Dimensions.rows(op, batch));
        }
        if (args.type().fields().contains("samples")) {
            args.word("samples", Dimensions.samples(op));
        }
        switch (op.kind()) {
            case GATHER -> gather(args, op.only(Op.Gather.class));
            case LINEAR -> linear(args, op.only(Op.Linear.class));
            case ADD_BIAS -> addBias(args, op.only(Op.AddBias.class));
            case ACTIVATE -> activate(args, op.only(Op.Activate.class));
            case NOISE -> args.pointer("eps", at(op.only(Op.Noise.class).eps())).word("columns", op.only(Op.Noise.class).eps().width());
            case REPARAMETERIZE -> reparameterize(args, op.only(Op.Reparameterize.class));
            case KL_DIVERGENCE -> family.kl(args, op.only(Op.KlDivergence.class)).word("latent", op.only(Op.KlDivergence.class).heads().columns());
            case LOG_LIKELIHOOD -> logLikelihood(args, op.only(Op.LogLikelihood.class));
            case LIKELIHOOD_BACKWARD -> likelihoodBackward(args, op.only(Op.LikelihoodBackward.class));
            case LIKELIHOOD_GRAD -> {
                logLikelihood(args, op.only(Op.LogLikelihood.class));
                op.all(Op.LikelihoodBackward.class).forEach(o -> likelihoodBackward(args, o));
            }
            case REDUCE_LOSS -> reduceLoss(args, op.only(Op.ReduceLoss.class));
            case LINEAR_BACKWARD_DATA -> {
                Op.LinearBackwardData o = op.only(Op.LinearBackwardData.class);
                dataGradient(args, o).pointer("dx", at(o.dX()));
            }
            case LINEAR_BACKWARD_WEIGHT -> weightGradient(args, op.only(Op.LinearBackwardWeight.class));
            case COLUMN_SUM -> columnSum(args, op);
            case ACTIVATE_BACKWARD -> {
                Op.ActivateBackward o = op.only(Op.ActivateBackward.class);
                args.pointer("dy", at(o.dY())).pointer("saved", at(o.saved())).pointer("da", at(o.dA()))
                        .word("n", o.dA().width()).word("activation", o.activation().code());
            }
            case REPARAMETERIZE_BACKWARD, KL_BACKWARD, LOG_RATIO_BACKWARD, LATENT_GRAD, WEIGHTED_LATENT_GRAD -> family.latentGrad(args, op);
            case ADD -> {
                Op.Add o = op.only(Op.Add.class);
                args.pointer("a", at(o.a())).pointer("b", at(o.b())).pointer("out", at(o.out())).word("n", o.out().width());
            }
            case SQUARED_NORM -> {
                Op.SquaredNorm o = op.only(Op.SquaredNorm.class);
                args.pointer("gradient", at(o.gradient())).pointer("norms", at(o.partial())).word("count", o.gradient().elements(batch));
            }
            case UPDATE, MULTI_TENSOR_UPDATE -> updates.fill(args, op.all(Op.Update.class));
            case LINEAR_BIAS_ACT -> linearBiasAct(args, op);
            case REPARAM_KL, REPARAM_RATIO -> {
                reparameterize(args, op.only(Op.Reparameterize.class));
                op.all(Op.KlDivergence.class).forEach(o -> family.kl(args, o));
                op.all(Op.LogRatio.class).forEach(o -> family.ratio(args, o));
            }
            case LINEAR_BACKWARD_DATA_ACT -> dataGradientAct(args, op);
            case LINEAR_BACKWARD_WEIGHT_BIAS -> weightGradientBias(args, op);
            case LOG_RATIO -> family.logRatio(args, op.only(Op.LogRatio.class));
            case KL_COLUMNS -> family.klColumns(args, op.only(Op.KlColumns.class));
            case CORRUPT -> family.corrupt(args, op.only(Op.Corrupt.class));
            case L1_PENALTY -> family.l1Penalty(args, op.only(Op.L1Penalty.class));
            case L1_BACKWARD, L1_GRAD -> family.l1Grad(args, op);
            case IMPORTANCE_WEIGHTS -> family.importanceWeights(args, op.only(Op.ImportanceWeights.class));
            case WEIGHT_ROWS -> family.weightRows(args, op.only(Op.WeightRows.class));
            case BERNOULLI_SAMPLE -> gibbs.sample(args, op.only(Op.BernoulliSample.class));
            case CONTRAST -> gibbs.contrast(args, op.only(Op.Contrast.class));
            case LINEAR_BIAS_ACT_SAMPLE -> gibbs.up(args, op);
            case TRANSPOSED_BIAS_ACT_SAMPLE -> gibbs.down(args, op);
            case GATHER_LINEAR_BIAS_ACT -> layers.gatherLinear(args, op);
            case LATENT_FORWARD -> layers.latentForward(args, op);
            case OUTPUT_LIKELIHOOD -> layers.outputLikelihood(args, op);
            case LATENT_BACKWARD -> layers.latentBackward(args, op);
            case LINEAR_BACKWARD_UPDATE -> layers.linearUpdate(args, op);
            case SCALAR_UPDATE -> layers.scalarUpdate(args, op);
        }
        return args;
    }

    /// Sets what the feed decides: data, order, keys of the noise.
    static void bind(Args args, FusedOp op, Feed feed, DeviceExamples data) {
        for (Op part : op.ops()) {
            switch (part) {
                case Op.Gather o -> {
                    stream(args, feed.binarization());
                    bindData(args, feed, data);
                }
                case Op.Corrupt o when op.kind() == Kind.CORRUPT -> {
                    stream(args, feed.corruption());
                    args.word("by_example", byExample(feed));
                }
                case Op.BernoulliSample o -> GibbsArgs.bind(args, o, feed, byExample(feed));
                case Op.Corrupt o -> args.word("corrupt_site", feed.corruption().counter3(0));
                case Op.Noise o -> {
                    boolean layer = op.kind() == Kind.LATENT_FORWARD;
                    args.word("key0", feed.noise().key0()).word("key1", feed.noise().key1())
                            .word(layer ? "noise_site" : "site", feed.noise().counter3(0)).word(layer ? "in_order" : "by_example", byExample(feed))
                            .word("all_samples", allSamples(feed, o));
                }
                default -> { }
            }
        }
    }

    private static void stream(Args args, Stream stream) {
        args.word("key0", stream.key0()).word("key1", stream.key1()).word("site", stream.counter3(0));
    }

    /// Samples of an example, over all chunks in which they come.
    private static int allSamples(Feed feed, Op.Noise noise) {
        return switch (feed) {
            case Feed.Training f -> noise.eps().samples();
            case Feed.Inference f -> f.samples();
        };
    }

    private static int byExample(Feed feed) {
        return switch (feed) {
            case Feed.Training f -> 0;
            case Feed.Inference f -> 1;
        };
    }

    private static void bindData(Args args, Feed feed, DeviceExamples data) {
        Examples examples = feed.examples();
        args.pointer("data", data.values()).pointer("values", data.table()).pointer("mean", data.mean())
                .word("in_order", byExample(feed)).word("examples", examples.count());
        switch (examples) {
            case Examples.Floats e -> args.word("element", 0).word("byte_law", 0).real("shift", e.offset()).real("divisor", e.divisor());
            case Examples.Bytes e -> args.word("element", 1).word("byte_law", e.fullScale() == 255 ? 1 : 0).real("shift", 0).real("divisor", 1);
        }
    }

    private long at(Tensor t) {
        return slots.address(t);
    }

    private void gather(Args args, Op.Gather o) {
        args.pointer("x", at(o.x())).word("features", o.x().columns()).word("binarization", o.binarization().code());
    }

    private Args product(Args args, Layer layer) {
        return args.pointer("w", at(layer.weight())).word("n", layer.width()).word("k", layer.inputs());
    }

    private void linear(Args args, Op.Linear o) {
        product(args, o.layer()).pointer("x", at(o.x())).pointer("y", at(o.y()));
    }

    private void addBias(Args args, Op.AddBias o) {
        args.pointer("a", at(o.a())).pointer("bias", at(o.layer().bias().orElseThrow())).pointer("y", at(o.y())).word("n", o.y().width());
    }

    private void activate(Args args, Op.Activate o) {
        args.pointer("a", at(o.a())).pointer("y", at(o.y())).word("n", o.y().width()).word("activation", o.activation().code());
    }

    private void linearBiasAct(Args args, FusedOp op) {
        Op.Linear product = op.only(Op.Linear.class);
        Optional<Op.AddBias> bias = op.all(Op.AddBias.class).stream().findFirst();
        Optional<Op.Activate> act = op.all(Op.Activate.class).stream().findFirst();
        Tensor pre = bias.map(Op.AddBias::y).orElse(product.y());
        product(args, product.layer()).pointer("x", at(product.x()))
                .pointer("bias", bias.map(b -> at(b.layer().bias().orElseThrow())).orElse(0L))
                .pointer("y", at(act.map(Op.Activate::y).orElse(pre)))
                .pointer("pre", act.isPresent() && op.writes().contains(pre) ? at(pre) : 0)
                .word("activation", act.map(Op.Activate::activation).orElse(Activation.IDENTITY).code());
    }

    private Args reparameterize(Args args, Op.Reparameterize o) {
        return args.pointer("heads", at(o.heads())).pointer("eps", slots.addressOrNull(Optional.of(o.eps()))).pointer("z", at(o.z()))
                .word("latent", o.z().width());
    }

    private void logLikelihood(Args args, Op.LogLikelihood o) {
        likelihood(args, o.likelihood(), o.x(), o.y(), o.logVar()).pointer("ll", at(o.ll()));
    }

    private void likelihoodBackward(Args args, Op.LikelihoodBackward o) {
        likelihood(args, o.likelihood(), o.x(), o.y(), o.logVar()).pointer("dy", at(o.dY())).pointer("d_log_var", slots.addressOrNull(o.dLogVar()))
                .word("shares", o.shares());
    }

    private Args likelihood(Args args, Likelihood likelihood, Tensor x, Tensor y, Optional<Tensor> logVar) {
        return likelihood(args, likelihood).pointer("x", at(x)).pointer("y", at(y)).pointer("log_var", slots.addressOrNull(logVar)).word("shares", 1)
                .word("d", x.columns());
    }

    /// The words of `likelihood`, on which every kernel that evaluates it agrees.
    static Args likelihood(Args args, Likelihood likelihood) {
        double variance = likelihood instanceof Likelihood.Gaussian g ? g.variance() : 1;
        return args.word("likelihood", likelihood.code()).real("precision", (float) (1 / variance))
                .real("half_log", (float) (0.5 * StrictMath.log(2 * Math.PI * variance)));
    }

    private void reduceLoss(Args args, Op.ReduceLoss o) {
        args.pointer("ll", at(o.ll())).pointer("kl", slots.addressOrNull(o.kl())).pointer("metrics", at(o.metrics()))
                .pointer("losses", control.losses()).word("ll_tiles", slots.tiles(o.ll())).word("kl_tiles", o.kl().map(slots::tiles).orElse(0))
                .word("samples", o.ll().samples());
    }

    private Args dataGradient(Args args, Op.LinearBackwardData o) {
        return product(args, o.layer()).pointer("dy", at(o.dY()));
    }

    private void dataGradientAct(Args args, FusedOp op) {
        Op.LinearBackwardData o = op.only(Op.LinearBackwardData.class);
        Optional<Op.ActivateBackward> act = op.all(Op.ActivateBackward.class).stream().findFirst();
        dataGradient(args, o).pointer("saved", slots.addressOrNull(act.map(Op.ActivateBackward::saved)))
                .pointer("da", at(act.map(Op.ActivateBackward::dA).orElse(o.dX())))
                .word("activation", act.map(Op.ActivateBackward::activation).orElse(Activation.IDENTITY).code());
    }

    private Args weightGradient(Args args, Op.LinearBackwardWeight o) {
        return args.pointer("dy", slots.addressOrNull(Optional.of(o.dY()))).pointer("x", at(o.x())).pointer("dw", at(o.dW()))
                .word("n", o.layer().width()).word("k", o.layer().inputs());
    }

    private void weightGradientBias(Args args, FusedOp op) {
        Op.LinearBackwardWeight o = op.only(Op.LinearBackwardWeight.class);
        Optional<Tensor> db = op.all(Op.ColumnSum.class).stream().findFirst().map(Op.ColumnSum::out);
        weightGradient(args, o).pointer("db", slots.addressOrNull(db)).pointer("dw_norms", slots.addressOrNull(norm(op, o.dW())))
                .pointer("db_norms", slots.addressOrNull(db.flatMap(t -> norm(op, t))));
        family.weights(args, op);
    }

    /// The partial norm of `gradient` that the call writes.
    static Optional<Tensor> norm(FusedOp op, Tensor gradient) {
        List<Op.SquaredNorm> all = op.all(Op.SquaredNorm.class);
        return all.stream().filter(n -> n.gradient().equals(gradient)).findFirst().map(Op.SquaredNorm::partial);
    }

    private void columnSum(Args args, FusedOp op) {
        family.columnSum(args, op).pointer("out", at(op.only(Op.ColumnSum.class).out()))
                .pointer("norms", slots.addressOrNull(norm(op, op.only(Op.ColumnSum.class).out())));
    }
}
