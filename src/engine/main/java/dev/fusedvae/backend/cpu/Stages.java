package dev.fusedvae.backend.cpu;

import dev.fusedvae.fuse.FusedOp;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.spec.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Breaks a fused op into stages: neighbours of its definition that one pass over memory can do become one stage.
final class Stages {
    private final FusedOp fused;
    private final List<Op> ops;
    private final List<Stage> stages = new ArrayList<>();

    private Stages(FusedOp fused) {
        this.fused = fused;
        this.ops = new ArrayList<>(fused.ops());
    }

    static List<Stage> of(FusedOp fused) {
        Stages lowering = new Stages(fused);
        while (!lowering.ops.isEmpty()) {
            lowering.stages.add(lowering.next());
        }
        return List.copyOf(lowering.stages);
    }

    private Stage next() {
        Op op = ops.removeFirst();
        return switch (op) {
            case Op.Gather o -> new Stage.Gather(o.x(), o.binarization());
            case Op.Linear o -> linear(o);
            case Op.AddBias o -> new Stage.Bias(o.layer(), o.a(), o.y());
            case Op.Activate o -> new Stage.Activate(o.activation(), o.a(), o.y());
            case Op.BernoulliSample o -> new Stage.Sample(o.p(), o.site(), o.state());
            case Op.Contrast o -> new Stage.Contrast(o.data(), o.model(), o.gradient(), o.rows());
            case Op.Noise o -> new Stage.Noise(o.eps());
            case Op.Corrupt o -> new Stage.Corrupt(o.corruption(), o.x(), o.out());
            case Op.L1Penalty o -> new Stage.L1Penalty(o.code(), o.l1());
            case Op.L1Backward o -> l1Backward(o);
            case Op.KlColumns o -> new Stage.KlColumns(o.heads(), o.prior(), o.means());
            case Op.ImportanceWeights o -> new Stage.ImportanceWeights(o);
            case Op.WeightRows o -> weightRows(o);
            case Op.Reparameterize o -> new Stage.Reparameterize(o.heads(), Optional.of(o.eps()), Optional.of(o.z()),
                    take(Op.KlDivergence.class, kl -> kl.heads().equals(o.heads())),
                    take(Op.LogRatio.class, ratio -> ratio.heads().equals(o.heads())));
            case Op.KlDivergence o -> new Stage.Reparameterize(o.heads(), Optional.empty(), Optional.empty(), Optional.of(o), Optional.empty());
            case Op.LogRatio o -> new Stage.Reparameterize(o.heads(), Optional.of(o.eps()), Optional.empty(), Optional.empty(), Optional.of(o));
            case Op.LogLikelihood o -> likelihood(o, o.y());
            case Op.LikelihoodBackward o -> new Stage.LogLikelihood(o.likelihood(), o.x(), o.y(), o.logVar(),
                    Optional.empty(), o.shares(), Optional.of(o.dY()), o.dLogVar());
            case Op.LinearBackwardData o -> dataGradient(o);
            case Op.ActivateBackward o -> new Stage.ActivateBackward(o.activation(), o.dY(), o.saved(), o.dA());
            case Op.ReparameterizeBackward o -> new Stage.LatentBackward(Optional.of(o.dz()), o.heads(), Optional.of(o.eps()),
                    Optional.empty(), false, Optional.empty(), Optional.empty(), o.dHeads());
            case Op.KlBackward o -> klBackward(o);
            case Op.LogRatioBackward o -> ratioBackward(o);
            case Op.Add o -> new Stage.Add(o.a(), o.b(), o.out());
            case Op.LinearBackwardWeight o -> weightGradient(o.dY(), Optional.empty(), o);
            case Op.ColumnSum o -> columnSum(o.dY(), Optional.empty(), o);
            case Op.SquaredNorm o -> new Stage.SquaredNorm(o.gradient(), o.partial());
            case Op.Update o -> update(o);
            case Op.ReduceLoss o -> new Stage.ReduceLoss(o.ll(), o.kl(), o.metrics());
        };
    }

    private boolean internal(Tensor t) {
        return fused.internal().contains(t);
    }

    /// Takes the first remaining op of a type that satisfies `condition`.
    private <T extends Op> Optional<T> take(Class<T> type, Predicate<T> condition) {
        for (Op op : ops) {
            if (type.isInstance(op) && condition.test(type.cast(op))) {
                ops.remove(op);
                return Optional.of(type.cast(op));
            }
        }
        return Optional.empty();
    }

    private Stage linear(Op.Linear o) {
        Tensor a = o.y();
        boolean biased = false;
        if (internal(a)) {
            Tensor before = a;
            Optional<Op.AddBias> bias = take(Op.AddBias.class, b -> b.a().equals(before));
            biased = bias.isPresent();
            a = bias.map(Op.AddBias::y).orElse(a);
        }
        Tensor pre = a;
        Optional<Op.Activate> act = take(Op.Activate.class, f -> f.a().equals(pre));
        if (act.isPresent()) {
            Optional<Tensor> kept = internal(pre) ? Optional.empty() : Optional.of(pre);
            return new Stage.Linear(o.layer(), o.x(), biased, act.get().activation(), kept, act.get().y(), Optional.empty());
        }
        if (internal(pre)) {
            Optional<Op.LogLikelihood> likelihood = take(Op.LogLikelihood.class, l -> l.y().equals(pre));
            if (likelihood.isPresent()) {
                Stage.LogLikelihood stage = likelihood(likelihood.get(), pre);
                Tensor out = stage.dY().orElse(pre);
                Stage.LogLikelihood inPlace = new Stage.LogLikelihood(stage.likelihood(), stage.x(), out, stage.logVar(),
                        stage.ll(), stage.shares(), stage.dY(), stage.dLogVar());
                return new Stage.Linear(o.layer(), o.x(), biased, Activation.IDENTITY, Optional.empty(), out, Optional.of(inPlace));
            }
        }
        return new Stage.Linear(o.layer(), o.x(), biased, Activation.IDENTITY, Optional.empty(), pre, Optional.empty());
    }

    private Stage.LogLikelihood likelihood(Op.LogLikelihood o, Tensor y) {
        Optional<Op.LikelihoodBackward> backward = take(Op.LikelihoodBackward.class, b -> b.y().equals(o.y()));
        return new Stage.LogLikelihood(o.likelihood(), o.x(), y, o.logVar(), Optional.of(o.ll()),
                backward.map(Op.LikelihoodBackward::shares).orElse(1), backward.map(Op.LikelihoodBackward::dY), backward.flatMap(Op.LikelihoodBackward::dLogVar));
    }

    private Stage dataGradient(Op.LinearBackwardData o) {
        Optional<Op.ActivateBackward> act = internal(o.dX())
                ? take(Op.ActivateBackward.class, f -> f.dY().equals(o.dX()))
                : Optional.empty();
        return new Stage.DataGradient(o.layer(), o.dY(), act.map(Op.ActivateBackward::activation).orElse(Activation.IDENTITY),
                act.map(Op.ActivateBackward::saved), act.map(Op.ActivateBackward::dA).orElse(o.dX()));
    }

    /// KL's half alone, or both halves: in the order of the graph KL's comes first.
    private Stage klBackward(Op.KlBackward o) {
        Optional<Op.ReparameterizeBackward> z = take(Op.ReparameterizeBackward.class, b -> b.heads().equals(o.heads()));
        if (z.isEmpty()) {
            return new Stage.LatentBackward(Optional.empty(), o.heads(), Optional.empty(), Optional.empty(), false,
                    Optional.of(o), Optional.empty(), o.dHeads());
        }
        Op.Add sum = take(Op.Add.class, add -> joins(add, o.dHeads(), z.get().dHeads())).orElseThrow();
        return new Stage.LatentBackward(Optional.of(z.get().dz()), o.heads(), Optional.of(z.get().eps()), Optional.empty(), false,
                Optional.of(o), Optional.empty(), sum.out());
    }

    /// The log-ratio's half alone, or both halves with the weights of dz: in the order of the graph this one comes first.
    private Stage ratioBackward(Op.LogRatioBackward o) {
        Optional<Op.ReparameterizeBackward> z = take(Op.ReparameterizeBackward.class, b -> b.heads().equals(o.heads()));
        if (z.isEmpty()) {
            return new Stage.LatentBackward(Optional.empty(), o.heads(), Optional.of(o.eps()), Optional.of(o.weights()), false,
                    Optional.empty(), Optional.of(o), o.dHeads());
        }
        Op.WeightRows rows = take(Op.WeightRows.class, w -> w.out().equals(z.get().dz())).orElseThrow();
        Op.Add sum = take(Op.Add.class, add -> joins(add, o.dHeads(), z.get().dHeads())).orElseThrow();
        return new Stage.LatentBackward(Optional.of(rows.dY()), o.heads(), Optional.of(o.eps()), Optional.of(o.weights()), true,
                Optional.empty(), Optional.of(o), sum.out());
    }

    private Stage l1Backward(Op.L1Backward o) {
        Optional<Op.Add> sum = internal(o.dCode())
                ? take(Op.Add.class, add -> add.a().equals(o.dCode()) || add.b().equals(o.dCode()))
                : Optional.empty();
        return new Stage.L1Backward(o.code(), sum.map(add -> add.a().equals(o.dCode()) ? add.b() : add.a()),
                sum.map(Op.Add::out).orElse(o.dCode()));
    }

    /// A pass over the rows by itself, or the way in which a sum reads them.
    private Stage weightRows(Op.WeightRows o) {
        if (!internal(o.out())) {
            return new Stage.WeightRows(o.dY(), o.weights(), o.power(), o.out());
        }
        Optional<Op.ColumnSum> sum = take(Op.ColumnSum.class, c -> c.dY().equals(o.out()));
        if (sum.isPresent()) {
            return columnSum(o.dY(), Optional.of(o.weights()), sum.get());
        }
        Op.LinearBackwardWeight weight = take(Op.LinearBackwardWeight.class, w -> w.dY().equals(o.out())).orElseThrow(
                () -> new IllegalStateException(fused.title() + " weighs rows that nothing sums up"));
        return weightGradient(o.dY(), Optional.of(o.weights()), weight);
    }

    private Stage weightGradient(Tensor dY, Optional<Tensor> weights, Op.LinearBackwardWeight o) {
        return new Stage.WeightGradient(o.layer(), dY, weights, o.x(), sink(o.dW()), Optional.empty());
    }

    private static boolean joins(Op.Add add, Tensor a, Tensor b) {
        return add.a().equals(a) && add.b().equals(b) || add.a().equals(b) && add.b().equals(a);
    }

    /// A sum by itself, or the bias half of a weight gradient: in the order of the graph it comes first.
    private Stage columnSum(Tensor dY, Optional<Tensor> weights, Op.ColumnSum o) {
        Optional<Op.LinearBackwardWeight> weight = take(Op.LinearBackwardWeight.class, w -> w.dY().equals(o.dY()));
        return weight.<Stage>map(w -> new Stage.WeightGradient(w.layer(), dY, weights, w.x(), sink(w.dW()), Optional.of(sink(o.out()))))
                .orElseGet(() -> new Stage.ColumnSum(dY, weights, sink(o.out())));
    }

    private Stage.Sink sink(Tensor gradient) {
        Optional<Tensor> norm = take(Op.SquaredNorm.class, n -> n.gradient().equals(gradient)).map(Op.SquaredNorm::partial);
        Optional<Op.Update> update = take(Op.Update.class, u -> u.gradient().equals(gradient));
        return new Stage.Sink(gradient, norm, update);
    }

    private Stage update(Op.Update first) {
        List<Op.Update> all = new ArrayList<>(List.of(first));
        Optional<Op.Update> more = take(Op.Update.class, u -> true);
        while (more.isPresent()) {
            all.add(more.get());
            more = take(Op.Update.class, u -> true);
        }
        return new Stage.Update(List.copyOf(all));
    }
}
