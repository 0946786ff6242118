package dev.fusedvae.graph;

import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.RbmSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Builds the graphs of a restricted Boltzmann machine.
///
/// Up: p(h|v) = σ(v Wᵀ + c), a linear layer. Down: p(v|h) = σ(h W + b), the product that data gradients use.
public final class RbmGraphs {
    /// The Markov chains of persistent training and of [#gibbs]: visible states that outlive the step.
    public static final String CHAIN = "chain";

    private final RbmSpec spec;
    private final Layer up;
    private final Layer down;
    private final List<Op> ops = new ArrayList<>();
    private int site;

    private RbmGraphs(RbmSpec spec) {
        this.spec = spec;
        Tensor weight = new Tensor("weight", Tensor.Role.PARAMETER, spec.hidden(), spec.visible(), 1);
        up = layer("up", weight, "hidden.bias", spec.hidden());
        down = layer("down", weight, "visible.bias", spec.visible());
    }

    private Layer layer(String name, Tensor weight, String bias, int units) {
        return new Layer(name, Layer.Place.ENCODER, weight, Optional.of(new Tensor(bias, Tensor.Role.PARAMETER, 1, units, 1)),
                spec.visible(), spec.hidden(), 1, true);
    }

    /// The parameters `weight` `[H, V]`, `hidden.bias` and `visible.bias` of every graph, in order.
    public static List<Tensor> parameters(RbmSpec spec) {
        RbmGraphs g = new RbmGraphs(spec);
        return List.of(g.up.weight(), g.up.bias().orElseThrow(), g.down.bias().orElseThrow());
    }

    /// One optimizer step of CD-k or PCD-k; results are `metrics` = (Σ log p(v|h), 0), h a sample of p(h|v): the usual
    /// monitor of training, not a likelihood of the model.
    ///
    /// The gradient is that of F(v) − F(v′), F the free energy and v′ the model's state, averaged over the batch: with the
    /// two sides as rows of one matrix it is a weight gradient like any other.
    public static Graph training(RbmSpec spec, OptimizerSpec optimizer, Binarization binarization) {
        RbmGraphs g = new RbmGraphs(spec);
        Tensor v = Tensor.input(spec.visible());
        g.ops.add(new Op.Gather(v, binarization));
        Tensor p = g.up(v, "data");
        Tensor metrics = g.monitor(v, p, optimizer);
        return new Graph(spec.autoencoder(), List.of(g.up), g.ops, List.of(metrics));
    }

    private Tensor monitor(Tensor v, Tensor p, OptimizerSpec optimizer) {
        Tensor h = sample(p, "data.h");
        Tensor logits = logits(h, "data");
        Tensor model = spec.persistent() ? fromChain() : fromData(logits);
        update(v, p, model, up(model, "model"), optimizer);
        Tensor ll = Tensor.perExample("ll", 1, 1);
        ops.add(new Op.LogLikelihood(new Likelihood.Bernoulli(), v, logits, Optional.empty(), ll));
        Tensor metrics = new Tensor("metrics", Tensor.Role.METRIC, 1, 2, 1);
        ops.add(new Op.ReduceLoss(ll, Optional.empty(), metrics));
        return metrics;
    }

    /// k steps from the data, the first of which has come as far as its logits.
    private Tensor fromData(Tensor logits) {
        Tensor v = sample(sigmoid(logits, "step0"), "step0.v");
        for (int i = 1; i < spec.steps(); i++) {
            Tensor h = sample(up(v, "step" + i), "step" + i + ".h");
            v = sample(sigmoid(logits(h, "step" + i), "step" + i), "step" + i + ".v");
        }
        return v;
    }

    /// k steps of the chains, which stay where they end.
    private Tensor fromChain() {
        Tensor chain = chain();
        Tensor v = chain;
        for (int i = 0; i < spec.steps(); i++) {
            Tensor h = sample(up(v, "step" + i), "step" + i + ".h");
            Tensor mean = sigmoid(logits(h, "step" + i), "step" + i);
            v = i == spec.steps() - 1 ? sample(mean, chain) : sample(mean, "step" + i + ".v");
        }
        return v;
    }

    private Tensor chain() {
        return new Tensor(CHAIN, Tensor.Role.STATE, Tensor.BATCH, spec.visible(), 1);
    }

    private void update(Tensor v, Tensor p, Tensor model, Tensor modelP, OptimizerSpec optimizer) {
        Tensor states = contrast(v, model, false, "states");
        Tensor dStates = contrast(v, model, true, "states.d");
        Tensor dHidden = contrast(p, modelP, true, "hidden.d");
        Map<Tensor, Tensor> gradients = new LinkedHashMap<>();
        for (Tensor parameter : List.of(up.weight(), up.bias().orElseThrow(), down.bias().orElseThrow())) {
            gradients.put(parameter, parameter.companion("grad", Tensor.Role.GRADIENT));
        }
        ops.add(new Op.ColumnSum(dHidden, gradients.get(up.bias().orElseThrow())));
        ops.add(new Op.LinearBackwardWeight(up, dHidden, states, gradients.get(up.weight())));
        ops.add(new Op.ColumnSum(dStates, gradients.get(down.bias().orElseThrow())));
        gradients.forEach((parameter, gradient) -> ops.add(new Op.Update(optimizer, parameter, gradient,
                optimizer.state().stream().map(s -> parameter.companion(s, Tensor.Role.STATE)).toList(), Optional.empty())));
    }

    private Tensor contrast(Tensor data, Tensor model, boolean gradient, String name) {
        Tensor rows = Tensor.perSample(name, data.columns(), 1, 2);
        ops.add(new Op.Contrast(data, model, gradient, rows));
        return rows;
    }

    /// One Gibbs step of the chains v → h → v; results are the chains and `mean` = p(v|h), of which they are draws.
    public static Graph gibbs(RbmSpec spec) {
        RbmGraphs g = new RbmGraphs(spec);
        Tensor chain = g.chain();
        Tensor h = g.sample(g.up(chain, "step"), "step.h");
        Tensor mean = g.sigmoid(g.logits(h, "step"), "step");
        g.sample(mean, chain);
        return new Graph(spec.autoencoder(), List.of(g.up), g.ops, List.of(chain, mean));
    }

    /// One pass up and one down with probabilities for states; results are `x` = v, `code` = p(h|v), the `logits` of
    /// v and `ll`[b] = log p(v|code).
    public static Graph reconstruct(RbmSpec spec, Binarization binarization) {
        RbmGraphs g = new RbmGraphs(spec);
        Tensor v = Tensor.input(spec.visible());
        g.ops.add(new Op.Gather(v, binarization));
        Tensor code = g.up(v, "data");
        Tensor logits = g.logits(code, "data");
        Tensor ll = Tensor.perExample("ll", 1, 1);
        g.ops.add(new Op.LogLikelihood(new Likelihood.Bernoulli(), v, logits, Optional.empty(), ll));
        return new Graph(spec.autoencoder(), List.of(g.up), g.ops, List.of(v, code, logits, ll));
    }

    private Tensor up(Tensor v, String name) {
        Tensor product = Tensor.perExample(name + ".up", spec.hidden(), 1);
        Tensor a = Tensor.perExample(name + ".a", spec.hidden(), 1);
        Tensor p = Tensor.perExample(name + ".p", spec.hidden(), 1);
        ops.add(new Op.Linear(up, v, product));
        ops.add(new Op.AddBias(up, product, a));
        ops.add(new Op.Activate(Activation.SIGMOID, a, p));
        return p;
    }

    private Tensor logits(Tensor h, String name) {
        Tensor product = Tensor.perExample(name + ".down", spec.visible(), 1);
        Tensor logits = Tensor.perExample(name + ".logits", spec.visible(), 1);
        ops.add(new Op.LinearBackwardData(up, h, product));
        ops.add(new Op.AddBias(down, product, logits));
        return logits;
    }

    private Tensor sigmoid(Tensor logits, String name) {
        Tensor mean = Tensor.perExample(name + ".mean", spec.visible(), 1);
        ops.add(new Op.Activate(Activation.SIGMOID, logits, mean));
        return mean;
    }

    private Tensor sample(Tensor p, String name) {
        return sample(p, Tensor.perExample(name, p.columns(), 1));
    }

    private Tensor sample(Tensor p, Tensor state) {
        ops.add(new Op.BernoulliSample(p, site++, state));
        return state;
    }
}
