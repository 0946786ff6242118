package dev.fusedvae.graph;

import dev.fusedvae.spec.Objective;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Derives the backward pass op by op: the forward ops are walked in reverse, each adds the ops that carry the gradient
/// from what it wrote to what it read, and contributions to one tensor are added up.
///
/// The seed is the loss −(Σ ll/samples − β Σ kl)/B, so the backward ops of likelihood and KL start from nothing but their
/// inputs. The importance-weighted bound is its own case: ∂bound = Σ w̃ ∂log w with w̃ = softmax(log w). Every row's gradient
/// runs through the decoder unweighted, since each row's is linear in its own dY; the weight w̃ enters where rows are summed
/// up: in weight gradients, and (w̃² for DReG) in the latent layer.
final class Backward {
    private final List<Op> out;
    private final Map<Tensor, Tensor> gradients = new LinkedHashMap<>();
    private final Map<Tensor, Tensor> parameterGradients;
    private final Set<Tensor> leaves = new HashSet<>();
    private final Objective objective;
    /// Importance weights of the samples, where there are any, and the gradients that they have yet to weigh.
    private Optional<Tensor> weights = Optional.empty();
    private final Set<Tensor> unweighted = new HashSet<>();
    private final Map<Tensor, Tensor> weighted = new HashMap<>();
    private Optional<Op.FreeBits> freeBits = Optional.empty();

    private Backward(Objective objective, List<Op> out, Map<Tensor, Tensor> parameterGradients) {
        this.objective = objective;
        this.out = out;
        this.parameterGradients = parameterGradients;
    }

    /// Appends the backward ops of `forward` to `out` and records the gradient tensor of every parameter.
    static void derive(List<Op> forward, Objective objective, List<Op> out, Map<Tensor, Tensor> parameterGradients) {
        Backward backward = new Backward(objective, out, parameterGradients);
        forward.stream().filter(op -> op instanceof Op.Gather || op instanceof Op.Corrupt).forEach(op -> backward.leaves.addAll(op.writes()));
        forward.reversed().forEach(backward::visit);
    }

    private void visit(Op op) {
        switch (op) {
            case Op.ImportanceWeights f -> weights = f.weights();
            case Op.LogLikelihood f -> likelihood(f);
            case Op.KlColumns f -> freeBits = Optional.of(new Op.FreeBits(objective.freeBits(), f.means()));
            case Op.KlDivergence f -> {
                Tensor d = named(f.heads(), "d.kl");
                out.add(new Op.KlBackward(f.heads(), f.prior(), freeBits, d));
                accumulate(f.heads(), d);
            }
            case Op.LogRatio f -> {
                Tensor d = named(f.heads(), "d.ratio");
                out.add(new Op.LogRatioBackward(f.heads(), f.eps(), weights.orElseThrow(), f.prior(), dreg(), d));
                accumulate(f.heads(), d);
            }
            case Op.L1Penalty f -> {
                Tensor d = named(f.code(), "d.l1");
                out.add(new Op.L1Backward(f.code(), d));
                accumulate(f.code(), d);
            }
            case Op.Reparameterize f -> {
                Tensor d = named(f.heads(), "d.z");
                out.add(new Op.ReparameterizeBackward(weigh(of(f.z()), dreg() ? 2 : 1), f.heads(), f.eps(), d));
                accumulate(f.heads(), d);
            }
            case Op.Activate f -> {
                Tensor saved = f.activation().derivesFromInput() ? f.a() : f.y();
                Tensor d = follow(of(f.y()), gradient(f.a()));
                out.add(new Op.ActivateBackward(f.activation(), of(f.y()), saved, d));
                accumulate(f.a(), d);
            }
            case Op.AddBias f -> {
                Tensor rows = weigh(of(f.y()), 1);
                out.add(new Op.ColumnSum(rows, parameterGradient(f.layer().bias().orElseThrow())));
                accumulate(f.a(), of(f.y()));
            }
            case Op.Linear f -> {
                Tensor dY = of(f.y());
                Tensor rows = weigh(dY, 1);
                out.add(new Op.LinearBackwardWeight(f.layer(), rows, f.x(), parameterGradient(f.layer().weight())));
                if (!leaves.contains(f.x())) {
                    Tensor dX = follow(dY, gradient(f.x()));
                    out.add(new Op.LinearBackwardData(f.layer(), dY, dX));
                    accumulate(f.x(), dX);
                }
            }
            case Op.Corrupt f -> { }
            case Op.Gather f -> { }
            case Op.Noise f -> { }
            case Op.ReduceLoss f -> { }
            case Op.BernoulliSample f -> throw without(op);
            case Op.Contrast f -> throw without(op);
            case Op.Gradient f -> throw without(op);
            case Op.Optimization f -> throw without(op);
        }
    }

    private void likelihood(Op.LogLikelihood f) {
        Tensor dY = gradient(f.y());
        // a scalar's gradient is a sum for every row, a vector's has a column for every feature
        Optional<Tensor> dLogVar = f.logVar().map(v -> Tensor.perSample(v.name() + ".d", v.columns(), 1, f.y().samples()));
        int shares = weights.isPresent() ? 1 : f.y().samples();
        out.add(new Op.LikelihoodBackward(f.likelihood(), f.x(), f.y(), f.logVar(), shares, dY, dLogVar));
        if (weights.isPresent()) {
            unweighted.add(dY);
            dLogVar.ifPresent(unweighted::add);
        }
        dLogVar.ifPresent(d -> out.add(new Op.ColumnSum(weigh(d, 1), parameterGradient(f.logVar().orElseThrow()))));
        accumulate(f.y(), dY);
    }

    private boolean dreg() {
        return objective.dreg();
    }

    /// `gradient` times the weights of its rows where those are due; made once.
    private Tensor weigh(Tensor gradient, int power) {
        if (!unweighted.contains(gradient)) {
            return gradient;
        }
        return weighted.computeIfAbsent(gradient, d -> {
            Tensor rows = named(d, power == 1 ? "w" : "w2");
            out.add(new Op.WeightRows(d, weights.orElseThrow(), power, rows));
            return rows;
        });
    }

    /// A gradient made row by row of another is weighted or not as that one is.
    private Tensor follow(Tensor from, Tensor made) {
        if (unweighted.contains(from)) {
            unweighted.add(made);
        }
        return made;
    }

    private static IllegalStateException without(Op op) {
        return new IllegalStateException("there is no gradient of " + op + "; it must not stand in what is derived");
    }

    private Tensor of(Tensor value) {
        Tensor gradient = gradients.get(value);
        if (gradient == null) {
            throw new IllegalStateException("no gradient reaches " + value);
        }
        return gradient;
    }

    private void accumulate(Tensor value, Tensor contribution) {
        Tensor before = gradients.put(value, contribution);
        if (before != null) {
            Tensor sum = before.equals(gradient(value)) ? named(value, "d.sum") : gradient(value);
            out.add(new Op.Add(before, contribution, sum));
            gradients.put(value, sum);
        }
    }

    private static Tensor gradient(Tensor value) {
        return named(value, "d");
    }

    private static Tensor named(Tensor value, String suffix) {
        return Tensor.perSample(value.name() + "." + suffix, value.columns(), value.parts(), value.samples());
    }

    private Tensor parameterGradient(Tensor parameter) {
        Tensor gradient = parameter.companion("d", Tensor.Role.GRADIENT);
        parameterGradients.put(parameter, gradient);
        return gradient;
    }
}
