package dev.fusedvae.check;

import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Likelihood;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/// What verification must know of each primitive op: how the values that it reads are drawn, whether integers stay integers, and how
/// far rounding may take its results from the definition.
final class OpRules {
    private OpRules() {}

    /// Adds the laws of what `part` reads where a value is not just a number of either sign: what becomes of a draw from N(0, 1),
    /// or from −3..3 where `exact`.
    static void laws(Op part, boolean exact, Map<Tensor, DoubleUnaryOperator> laws) {
        switch (part) {
            case Op.ActivateBackward o -> {
                Activation act = o.activation();
                laws.put(o.saved(), act.derivesFromInput() ? v -> v : act::value);
            }
            case Op.Linear o -> laws.put(o.layer().weight(), weights(o.layer().weight(), exact));
            case Op.LinearBackwardData o -> laws.put(o.layer().weight(), weights(o.layer().weight(), exact));
            case Op.LogLikelihood o -> laws.put(o.x(), observed(o.likelihood()));
            case Op.LikelihoodBackward o -> laws.put(o.x(), observed(o.likelihood()));
            case Op.WeightRows o -> laws.put(o.weights(), weighed(exact));
            case Op.BernoulliSample o -> laws.put(o.p(), v -> 1 / (1 + Math.exp(-v)));
            case Op.LogRatioBackward o -> laws.put(o.weights(), weighed(exact));
            case Op.Update o -> {
                o.clip().ifPresent(clip -> clip.norms().forEach(t -> laws.put(t, v -> v * v + 0.5)));
                if (!exact) {
                    o.state().forEach(t -> laws.put(t, t.name().endsWith(".v") ? v -> 1e-4 + 0.01 * v * v : v -> 0.01 * v));
                }
            }
            case Op.Gather o -> { }
            case Op.AddBias o -> { }
            case Op.Activate o -> { }
            case Op.Contrast o -> { }
            case Op.Noise o -> { }
            case Op.Reparameterize o -> { }
            case Op.KlDivergence o -> { }
            case Op.KlColumns o -> { }
            case Op.Corrupt o -> { }
            case Op.L1Penalty o -> { }
            case Op.LogRatio o -> { }
            case Op.ImportanceWeights o -> { }
            case Op.ReduceLoss o -> { }
            case Op.LinearBackwardWeight o -> { }
            case Op.ColumnSum o -> { }
            case Op.ReparameterizeBackward o -> { }
            case Op.KlBackward o -> { }
            case Op.L1Backward o -> { }
            case Op.Add o -> { }
            case Op.SquaredNorm o -> { }
        }
    }

    /// Weights that keep a layer's outputs near 1, so that activations are not saturated.
    private static DoubleUnaryOperator weights(Tensor w, boolean exact) {
        double scale = exact ? 1 : 1 / Math.sqrt(w.columns());
        return v -> v * scale;
    }

    /// Importance weights, which are never negative.
    private static DoubleUnaryOperator weighed(boolean exact) {
        return v -> exact ? Math.abs(v) : 1 / (1 + v * v);
    }

    private static DoubleUnaryOperator observed(Likelihood likelihood) {
        return likelihood.unitInterval() ? v -> v < -0.5 ? 0 : v > 0.5 ? 1 : v + 0.5 : v -> v;
    }

    /// Whether the op makes integers of integers, so that fp32 holds its results exactly.
    static boolean keepsIntegers(Op part) {
        return switch (part) {
            case Op.Gather o -> true;
            case Op.Linear o -> true;
            case Op.AddBias o -> true;
            case Op.Activate o -> piecewiseLinear(o.activation());
            case Op.ActivateBackward o -> piecewiseLinear(o.activation());
            case Op.LinearBackwardData o -> true;
            case Op.LinearBackwardWeight o -> true;
            case Op.ColumnSum o -> true;
            case Op.Add o -> true;
            case Op.ReduceLoss o -> true;
            case Op.Update o -> o.optimizer().equals(OpCaseText.SGD) && o.clip().isEmpty();
            case Op.L1Penalty o -> true;
            case Op.WeightRows o -> true;
            case Op.Noise o -> false;
            case Op.BernoulliSample o -> false;
            case Op.Contrast o -> false; // 1/B rounds
            case Op.Corrupt o -> false;
            case Op.KlColumns o -> false;
            case Op.LogRatio o -> false;
            case Op.LogRatioBackward o -> false;
            case Op.ImportanceWeights o -> false;
            case Op.L1Backward o -> false;
            case Op.Reparameterize o -> false;
            case Op.KlDivergence o -> false;
            case Op.LogLikelihood o -> false;
            case Op.LikelihoodBackward o -> false;
            case Op.ReparameterizeBackward o -> false;
            case Op.KlBackward o -> false;
            case Op.SquaredNorm o -> false; // its sum may exceed what fp32 counts exactly
        };
    }

    private static boolean piecewiseLinear(Activation a) {
        return a == Activation.IDENTITY || a == Activation.RELU;
    }

    /// Adds the error bounds of what the op writes to `r`; `made` gives what the definition made of it.
    static void bound(Op op, Rounding r, Function<Tensor, double[]> made) {
        switch (op) {
            case Op.Gather o -> r.make(o.x());
            case Op.Noise o -> r.make(o.eps());
            case Op.BernoulliSample o -> r.sample(o);
            case Op.Contrast o -> r.contrast(o, made.apply(o.rows()));
            case Op.Corrupt o -> r.corrupt(o, made.apply(o.out()));
            case Op.Linear o -> r.product(o.x(), o.layer().weight(), o.y(), o.layer().inputs(), true);
            case Op.LinearBackwardData o -> r.product(o.dY(), o.layer().weight(), o.dX(), o.layer().width(), false);
            case Op.LinearBackwardWeight o -> r.weightGradient(o);
            case Op.AddBias o -> r.sum(made.apply(o.y()), r.make(o.y()), r.error(o.a()));
            case Op.Add o -> r.sum(made.apply(o.out()), r.make(o.out()), r.error(o.a()), r.error(o.b()));
            case Op.Activate o -> r.activate(o, made.apply(o.y()));
            case Op.ActivateBackward o -> r.activateBackward(o, made.apply(o.dA()));
            case Op.Reparameterize o -> r.latent.reparameterize(o, made.apply(o.z()));
            case Op.KlDivergence o -> r.latent.klDivergence(o);
            case Op.KlColumns o -> r.latent.klColumns(o);
            case Op.ReparameterizeBackward o -> r.latent.reparameterizeBackward(o);
            case Op.KlBackward o -> r.latent.klBackward(o);
            case Op.LogRatio o -> r.latent.logRatio(o);
            case Op.LogRatioBackward o -> r.latent.logRatioBackward(o);
            case Op.ImportanceWeights o -> r.latent.importanceWeights(o, made);
            case Op.WeightRows o -> r.latent.weightRows(o);
            case Op.L1Penalty o -> r.l1Penalty(o);
            case Op.L1Backward o -> r.l1Backward(o, made.apply(o.dCode()));
            case Op.LogLikelihood o -> r.likelihood(o.likelihood(), o.x(), o.y(), o.logVar()).value(o, r.rows);
            case Op.LikelihoodBackward o ->
                    r.likelihood(o.likelihood(), o.x(), o.y(), o.logVar()).gradient(o, r.rows, r.step.invRows() / o.shares());
            case Op.ReduceLoss o -> {
                double[] e = r.make(o.metrics());
                e[0] = r.columnTotal(o.ll(), 0, 1) / o.ll().samples() + 2 * r.u * Math.abs(made.apply(o.metrics())[0]);
                o.kl().ifPresent(kl -> e[1] = r.columnTotal(kl, 0, 1));
            }
            case Op.ColumnSum o -> {
                double[] e = r.make(o.out());
                for (int j = 0; j < e.length; j++) {
                    e[j] = r.columnTotal(o.dY(), j, e.length);
                }
            }
            case Op.SquaredNorm o -> r.squaredNorm(o);
            case Op.Update o -> UpdateRounding.update(r, r.u, o, r.step);
        }
    }
}
