package dev.fusedvae.backend.cuda.lowering;

import dev.fusedvae.backend.cuda.kernels.Args;
import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.spec.Corruption;
import java.util.Optional;

/// Fills what objectives add to the argument structs: priors, importance weights, corruption, penalties, free bits.
final class FamilyArgs {
    // LatentPart of family_args.cuh
    private static final int THROUGH_Z = 1;
    private static final int THROUGH_KL = 2;
    private static final int THROUGH_RATIO = 4;
    private static final int DREG = 8;

    private final Slots slots;
    private final long prior;

    /// @param prior address of the prior's table, or 0 for N(0, I)
    FamilyArgs(Slots slots, long prior) {
        this.slots = slots;
        this.prior = prior;
    }

    private long at(Tensor t) {
        return slots.address(t);
    }

    private long orNull(Tensor t) {
        return slots.addressOrNull(Optional.of(t));
    }

    Args kl(Args args, Op.KlDivergence o) {
        return args.pointer("heads", orNull(o.heads())).pointer("kl", at(o.kl())).pointer("prior", prior);
    }

    Args ratio(Args args, Op.LogRatio o) {
        return args.pointer("heads", orNull(o.heads())).pointer("ratio", at(o.ratio())).pointer("prior", prior);
    }

    void logRatio(Args args, Op.LogRatio o) {
        ratio(args, o).pointer("eps", at(o.eps())).word("latent", o.eps().width());
    }

    void klColumns(Args args, Op.KlColumns o) {
        args.pointer("heads", at(o.heads())).pointer("means", at(o.means())).pointer("prior", prior).word("latent", o.heads().columns());
    }

    void corrupt(Args args, Op.Corrupt o) {
        corruption(args.pointer("x", at(o.x())).pointer("out", at(o.out())).word("columns", o.x().columns()), o.corruption());
    }

    /// The words of `corruption`, on which every kernel that corrupts agrees.
    static void corruption(Args args, Corruption corruption) {
        args.word("corruption", corruption.code()).real("strength", switch (corruption) {
            case Corruption.None() -> 0;
            case Corruption.Gaussian(double sigma) -> (float) sigma;
            case Corruption.Masking(double probability) -> (float) (1 - probability);
        });
    }

    void l1Penalty(Args args, Op.L1Penalty o) {
        args.pointer("code", at(o.code())).pointer("l1", at(o.l1())).word("n", o.code().width());
    }

    void l1Grad(Args args, FusedOp op) {
        Op.L1Backward o = op.only(Op.L1Backward.class);
        Optional<Op.Add> sum = op.all(Op.Add.class).stream().findFirst();
        args.pointer("code", at(o.code())).pointer("before", sum.map(add -> at(other(add, o.dCode()))).orElse(0L))
                .pointer("out", at(sum.map(Op.Add::out).orElse(o.dCode()))).word("n", o.code().width());
    }

    private static Tensor other(Op.Add add, Tensor one) {
        return add.a().equals(one) ? add.b() : add.a();
    }

    void importanceWeights(Args args, Op.ImportanceWeights o) {
        args.pointer("ll", at(o.ll())).pointer("ratio", at(o.ratio())).pointer("weights", slots.addressOrNull(o.weights()))
                .pointer("bound", at(o.bound())).pointer("squares", slots.addressOrNull(o.squares()))
                .word("ll_tiles", slots.tiles(o.ll())).word("ratio_tiles", slots.tiles(o.ratio()));
    }

    void weightRows(Args args, Op.WeightRows o) {
        args.pointer("dy", at(o.dY())).pointer("weights", at(o.weights())).pointer("out", at(o.out()))
                .word("n", o.out().width()).word("squared", o.power() == 2 ? 1 : 0).word("tiles", slots.tiles(o.dY()));
    }

    /// Where rows are weighed on their way into a sum: the rows as they are, and their weights.
    void weights(Args args, FusedOp op) {
        op.all(Op.WeightRows.class).forEach(o -> args.pointer("dy", at(o.dY())).pointer("weights", at(o.weights())));
    }

    /// The rows that a column sum adds.
    Args columnSum(Args args, FusedOp op) {
        Op.ColumnSum o = op.only(Op.ColumnSum.class);
        Tensor rows = op.all(Op.WeightRows.class).stream().map(Op.WeightRows::dY).findFirst().orElse(o.dY());
        args.pointer("dy", at(rows)).word("n", o.out().width()).word("tiles", slots.tiles(rows));
        weights(args, op);
        return args;
    }

    /// The gradients of μ and log σ² alone.
    void latentGrad(Args args, FusedOp op) {
        Tensor out = op.all(Op.Add.class).stream().findFirst().map(Op.Add::out).orElse(op.ops().getLast().writes().getFirst());
        op.all(Op.ReparameterizeBackward.class).forEach(o -> args.pointer("dz", orNull(o.dz())));
        op.all(Op.WeightRows.class).forEach(o -> args.pointer("dz", at(o.dY())));
        args.pointer("d_heads", at(out)).word("latent", out.columns());
        latentParts(args, op);
    }

    /// What the parts of a latent gradient need, wherever its dz comes from.
    void latentParts(Args args, FusedOp op) {
        int parts = 0;
        args.pointer("prior", prior).real("nats", 0);
        for (Op part : op.ops()) {
            switch (part) {
                case Op.ReparameterizeBackward o -> {
                    parts |= THROUGH_Z;
                    args.pointer("heads", at(o.heads())).pointer("eps", at(o.eps()));
                }
                case Op.WeightRows o -> {
                    parts |= o.power() == 2 ? DREG : 0;
                    args.pointer("dz_weights", at(o.weights()));
                }
                case Op.KlBackward o -> {
                    parts |= THROUGH_KL;
                    args.pointer("heads", at(o.heads()));
                    o.freeBits().ifPresent(free -> args.pointer("kl_means", at(free.klMeans())).real("nats", (float) free.nats()));
                }
                case Op.LogRatioBackward o -> {
                    parts |= THROUGH_RATIO | (o.dreg() ? DREG : 0);
                    args.pointer("heads", at(o.heads())).pointer("eps", at(o.eps())).pointer("weights", at(o.weights()));
                }
                default -> { }
            }
        }
        args.word("parts", parts);
    }
}
