package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.cuda.kernels.Args;
import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import java.util.Map;
import java.util.Optional;

/// The bindings of ops of the latent between encoder and decoder: noise, samples, divergences, importance weights, penalties, and their
/// gradients.
final class LatentBindings {
    // LatentPart of family_args.cuh
    private static final int THROUGH_Z = 1;
    private static final int THROUGH_KL = 2;
    private static final int THROUGH_RATIO = 4;
    private static final int DREG = 8;

    private LatentBindings() {}

    static final Binding NOISE = Binding.of(Op.Noise.class, o -> Binding.width("L", o.eps()), (args, o, at) ->
            args.pointer("eps", at.at(o.eps())).word("columns", o.eps().width())).fed(LatentBindings::feedNoise);

    static final Binding REPARAMETERIZE = Binding.of(Op.Reparameterize.class, o -> Binding.width("L", o.z()), LatentBindings::reparameterize);

    static final Binding KL_DIVERGENCE = Binding.of(Op.KlDivergence.class, o -> Binding.latents(o.heads()), (args, o, at) ->
            kl(args, o, at).pointer("heads", at.at(o.heads())).word("latent", o.heads().columns()));

    static final Binding KL_COLUMNS = Binding.of(Op.KlColumns.class, o -> Binding.latents(o.heads()), (args, o, at) ->
            args.pointer("heads", at.at(o.heads())).pointer("means", at.at(o.means())).pointer("prior", at.prior()).word("latent", o.heads().columns()));

    static final Binding LOG_RATIO = Binding.of(Op.LogRatio.class, o -> Binding.width("L", o.eps()), (args, o, at) ->
            ratio(args, o, at).pointer("heads", at.at(o.heads())).pointer("eps", at.at(o.eps())).word("latent", o.eps().width()));

    /// Sampling, with the KL divergence or the log-ratio.
    static final Binding REPARAM = Binding.of(Op.Reparameterize.class, o -> Binding.width("L", o.z()), LatentBindings::reparameterize)
            .and(LatentBindings::divergences).fed(LatentBindings::feedNoise);

    static final Binding IMPORTANCE_WEIGHTS = Binding.of(Op.ImportanceWeights.class, o -> Map.of(), (args, o, at) ->
            args.pointer("ll", at.at(o.ll())).pointer("ratio", at.at(o.ratio())).pointer("weights", at.orNull(o.weights()))
                    .pointer("bound", at.at(o.bound())).pointer("squares", at.orNull(o.squares()))
                    .word("ll_tiles", at.tiles(o.ll())).word("ratio_tiles", at.tiles(o.ratio()))).perExample();

    static final Binding L1_PENALTY = Binding.of(Op.L1Penalty.class, o -> Binding.width("N", o.code()), (args, o, at) ->
            args.pointer("code", at.at(o.code())).pointer("l1", at.at(o.l1())).word("n", o.code().width()));

    /// The gradient of the penalty, alone or added to another gradient.
    static final Binding L1_GRAD = Binding.of(Op.L1Backward.class, o -> Binding.width("N", o.code()), (args, o, at) ->
            args.pointer("code", at.at(o.code())).word("n", o.code().width())).and((args, op, at) -> {
                Tensor own = op.only(Op.L1Backward.class).dCode();
                Optional<Op.Add> sum = op.all(Op.Add.class).stream().findFirst();
                args.pointer("before", sum.map(add -> at.at(add.a().equals(own) ? add.b() : add.a())).orElse(0L))
                        .pointer("out", at.at(sum.map(Op.Add::out).orElse(own)));
            });

    /// The gradients of μ and log σ², the sum of those parts that the op has.
    static final Binding LATENT_GRAD = Binding.of((op, batch) -> Binding.latents(gradient(op)), (args, op, at) -> {
        op.all(Op.ReparameterizeBackward.class).forEach(o -> args.pointer("dz", at.orNull(o.dz())));
        op.all(Op.WeightRows.class).forEach(o -> args.pointer("dz", at.at(o.dY())));
        args.pointer("d_heads", at.at(gradient(op))).word("latent", gradient(op).columns());
        parts(args, op, at);
    }).perExample();

    static final Map<Kind, Binding> ALL = Map.ofEntries(
            Map.entry(Kind.NOISE, NOISE),
            Map.entry(Kind.REPARAMETERIZE, REPARAMETERIZE),
            Map.entry(Kind.KL_DIVERGENCE, KL_DIVERGENCE),
            Map.entry(Kind.KL_COLUMNS, KL_COLUMNS),
            Map.entry(Kind.LOG_RATIO, LOG_RATIO),
            Map.entry(Kind.REPARAM_KL, REPARAM),
            Map.entry(Kind.REPARAM_RATIO, REPARAM),
            Map.entry(Kind.IMPORTANCE_WEIGHTS, IMPORTANCE_WEIGHTS),
            Map.entry(Kind.L1_PENALTY, L1_PENALTY),
            Map.entry(Kind.L1_BACKWARD, L1_GRAD),
            Map.entry(Kind.L1_GRAD, L1_GRAD),
            Map.entry(Kind.REPARAMETERIZE_BACKWARD, LATENT_GRAD),
            Map.entry(Kind.KL_BACKWARD, LATENT_GRAD),
            Map.entry(Kind.LOG_RATIO_BACKWARD, LATENT_GRAD),
            Map.entry(Kind.LATENT_GRAD, LATENT_GRAD),
            Map.entry(Kind.WEIGHTED_LATENT_GRAD, LATENT_GRAD));

    private static Tensor gradient(FusedOp op) {
        return op.all(Op.Add.class).stream().findFirst().map(Op.Add::out).orElse(op.ops().getLast().writes().getFirst());
    }

    static void feedNoise(Args args, FusedOp op, Feed feed, DeviceExamples data) {
        DataBindings.stream(args, feed.noise()).word("by_example", DataBindings.byExample(feed)).word("all_samples", DataBindings.allSamples(feed, op));
    }

    private static Args reparameterize(Args args, Op.Reparameterize o, Operands at) {
        return args.pointer("heads", at.at(o.heads())).pointer("eps", at.orNull(o.eps())).pointer("z", at.at(o.z())).word("latent", o.z().width());
    }

    private static Args kl(Args args, Op.KlDivergence o, Operands at) {
        return args.pointer("kl", at.at(o.kl())).pointer("prior", at.prior());
    }

    private static Args ratio(Args args, Op.LogRatio o, Operands at) {
        return args.pointer("ratio", at.at(o.ratio())).pointer("prior", at.prior());
    }

    /// The sums over the latents of an op that samples: KL or log-ratio.
    static void divergences(Args args, FusedOp op, Operands at) {
        op.all(Op.KlDivergence.class).forEach(o -> kl(args, o, at));
        op.all(Op.LogRatio.class).forEach(o -> ratio(args, o, at));
    }

    /// The fields for the parts of a latent gradient, except those of dz.
    static void parts(Args args, FusedOp op, Operands at) {
        int parts = 0;
        args.pointer("prior", at.prior());
        for (Op.ReparameterizeBackward o : op.all(Op.ReparameterizeBackward.class)) {
            parts |= THROUGH_Z;
            args.pointer("heads", at.at(o.heads())).pointer("eps", at.at(o.eps()));
        }
        for (Op.WeightRows o : op.all(Op.WeightRows.class)) {
            parts |= o.power() == 2 ? DREG : 0;
            args.pointer("dz_weights", at.at(o.weights()));
        }
        for (Op.KlBackward o : op.all(Op.KlBackward.class)) {
            parts |= THROUGH_KL;
            args.pointer("heads", at.at(o.heads()));
            o.freeBits().ifPresent(free -> args.pointer("kl_means", at.at(free.klMeans())).real("nats", (float) free.nats()));
        }
        for (Op.LogRatioBackward o : op.all(Op.LogRatioBackward.class)) {
            parts |= THROUGH_RATIO | (o.dreg() ? DREG : 0);
            args.pointer("heads", at.at(o.heads())).pointer("eps", at.at(o.eps())).pointer("weights", at.at(o.weights()));
        }
        args.word("parts", parts);
    }
}
