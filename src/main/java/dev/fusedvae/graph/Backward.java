package dev.fusedvae.graph;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Derives the backward pass op by op: the forward ops are walked in reverse, each adds the ops that carry the gradient
/// from what it wrote to what it read, and contributions to one tensor are added up.
///
/// The seed is the loss −(Σ ll − β Σ kl)/B, so the backward ops of likelihood and KL start from nothing but their inputs.
final class Backward {
    private final List<Op> out;
    private final Map<Tensor, Tensor> gradients = new LinkedHashMap<>();
    private final Map<Tensor, Tensor> parameterGradients;
    private final Set<Tensor> leaves = new HashSet<>();

    private Backward(List<Op> out, Map<Tensor, Tensor> parameterGradients) {
        this.out = out;
        this.parameterGradients = parameterGradients;
    }

    /// Appends the backward ops of `forward` to `out` and records the gradient tensor of every parameter.
    static void derive(List<Op> forward, List<Op> out, Map<Tensor, Tensor> parameterGradients) {
        Backward backward = new Backward(out, parameterGradients);
        forward.stream().filter(op -> op instanceof Op.Gather).forEach(op -> backward.leaves.addAll(op.writes()));
        forward.reversed().forEach(backward::visit);
    }

    private void visit(Op op) {
        switch (op) {
            case Op.LogLikelihood f -> {
                Tensor dY = gradient(f.y());
                var dLogVar = f.logVar().map(v -> Tensor.perExample(v.name() + ".d", 1, 1));
                out.add(new Op.LikelihoodBackward(f.likelihood(), f.x(), f.y(), f.logVar(), dY, dLogVar));
                f.logVar().ifPresent(v -> out.add(new Op.ColumnSum(dLogVar.orElseThrow(), parameterGradient(v))));
                accumulate(f.y(), dY);
            }
            case Op.KlDivergence f -> {
                Tensor d = named(f.heads(), "d.kl");
                out.add(new Op.KlBackward(f.heads(), d));
                accumulate(f.heads(), d);
            }
            case Op.Reparameterize f -> {
                Tensor d = named(f.heads(), "d.z");
                out.add(new Op.ReparameterizeBackward(of(f.z()), f.heads(), f.eps(), d));
                accumulate(f.heads(), d);
            }
            case Op.Activate f -> {
                Tensor saved = f.activation().derivesFromInput() ? f.a() : f.y();
                Tensor d = gradient(f.a());
                out.add(new Op.ActivateBackward(f.activation(), of(f.y()), saved, d));
                accumulate(f.a(), d);
            }
            case Op.AddBias f -> {
                out.add(new Op.ColumnSum(of(f.y()), parameterGradient(f.layer().bias().orElseThrow())));
                accumulate(f.a(), of(f.y()));
            }
            case Op.Linear f -> {
                Tensor dY = of(f.y());
                out.add(new Op.LinearBackwardWeight(f.layer(), dY, f.x(), parameterGradient(f.layer().weight())));
                if (!leaves.contains(f.x())) {
                    Tensor dX = gradient(f.x());
                    out.add(new Op.LinearBackwardData(f.layer(), dY, dX));
                    accumulate(f.x(), dX);
                }
            }
            case Op.Gather f -> { }
            case Op.Noise f -> { }
            case Op.ReduceLoss f -> { }
            case Op.LikelihoodBackward f -> throw notForward(op);
            case Op.LinearBackwardData f -> throw notForward(op);
            case Op.LinearBackwardWeight f -> throw notForward(op);
            case Op.ColumnSum f -> throw notForward(op);
            case Op.ActivateBackward f -> throw notForward(op);
            case Op.ReparameterizeBackward f -> throw notForward(op);
            case Op.KlBackward f -> throw notForward(op);
            case Op.Add f -> throw notForward(op);
            case Op.SquaredNorm f -> throw notForward(op);
            case Op.Update f -> throw notForward(op);
        }
    }

    private static IllegalStateException notForward(Op op) {
        return new IllegalStateException(op + " has no gradient: it is not a forward op");
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
            Tensor sum = gradient(value);
            out.add(new Op.Add(before, contribution, sum));
            gradients.put(value, sum);
        }
    }

    private static Tensor gradient(Tensor value) {
        return named(value, "d");
    }

    private static Tensor named(Tensor value, String suffix) {
        return Tensor.perExample(value.name() + "." + suffix, value.columns(), value.parts());
    }

    private Tensor parameterGradient(Tensor parameter) {
        Tensor gradient = parameter.companion("d", Tensor.Role.GRADIENT);
        parameterGradients.put(parameter, gradient);
        return gradient;
    }
}
