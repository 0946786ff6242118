package dev.fusedvae.graph;

import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// Builds the graphs of a model: one training step, and the inference graphs made of the same ops.
public final class Graphs {
    private Graphs() {}

    /// One optimizer step on a batch; results are `metrics` = (Σ log p(x|z), Σ KL) over the batch. For the importance-weighted
    /// bound, which does not split, they are (Σ bound, 0); for a sparse autoencoder (Σ log p(x|z), Σ L1 of the code).
    public static Graph training(VaeSpec spec, OptimizerSpec optimizer, OptionalDouble clipNorm, Binarization binarization) {
        Network net = new Network(spec);
        List<Op> ops = new ArrayList<>();
        Objectives.Forward forward = Objectives.training(net, binarization, ops);
        Tensor metrics = reduce(forward, ops);
        Map<Tensor, Tensor> gradients = new LinkedHashMap<>();
        Backward.derive(List.copyOf(ops), spec.objective(), ops, gradients);
        update(net, optimizer, clipNorm, gradients, ops);
        return new Graph(spec, net.layers(), ops, List.of(metrics));
    }

    /// The terms of the ELBO per example, and the heads: results `ll`, `kl` (where z is random), `heads` or `code`.
    /// One sample an example and an uncorrupted input, whatever training does.
    public static Graph elbo(VaeSpec spec, Binarization binarization) {
        Network net = new Network(spec);
        List<Op> ops = new ArrayList<>();
        Objectives.Forward forward = Objectives.elbo(net, binarization, ops);
        List<Tensor> results = new ArrayList<>(List.of(forward.value()));
        forward.regularizer().ifPresent(results::add);
        results.add(forward.heads());
        return new Graph(spec, net.layers(), ops, results);
    }

    /// log 1/k Σ w and log 1/k Σ w² of every example over k = `samples` importance weights w = p(x|z) p(z) / q(z|x), z ~ q(z|x):
    /// results `bound` and `squares`. Many such chunks make the estimate of log p(x) by 5000 samples.
    public static Graph importance(VaeSpec spec, Binarization binarization, int samples) {
        if (!spec.objective().variational()) {
            throw new IllegalArgumentException("log p(x) by importance sampling needs a random z, which objective "
                    + spec.objective().flag() + " does not have; use a vae or iwae model");
        }
        Network net = new Network(spec);
        List<Op> ops = new ArrayList<>();
        List<Tensor> results = Objectives.importance(net, binarization, samples, ops);
        return new Graph(spec, net.layers(), ops, results);
    }

    /// x → `heads` = (μ, log σ²), or `code`.
    public static Graph encode(VaeSpec spec, Binarization binarization) {
        Network net = new Network(spec);
        List<Op> ops = new ArrayList<>();
        Tensor x = net.input();
        ops.add(new Op.Gather(x, binarization));
        Tensor heads = net.encode(x, ops);
        return new Graph(spec, net.layers(), ops, List.of(heads));
    }

    /// z → `y`: logits, means, or means and log-variances. The batch it gathers is z itself.
    public static Graph decode(VaeSpec spec) {
        Network net = new Network(spec);
        List<Op> ops = new ArrayList<>();
        Tensor z = Tensor.perExample("z", spec.latent(), 1);
        ops.add(new Op.Gather(z, Binarization.NONE));
        Tensor y = net.decode(z, ops);
        return new Graph(spec, net.layers(), ops, List.of(y));
    }

    private static Tensor reduce(Objectives.Forward forward, List<Op> ops) {
        Tensor metrics = new Tensor("metrics", Tensor.Role.METRIC, 1, 2, 1);
        ops.add(new Op.ReduceLoss(forward.value(), forward.regularizer(), metrics));
        return metrics;
    }

    private static void update(Network net, OptimizerSpec optimizer, OptionalDouble clipNorm,
                               Map<Tensor, Tensor> gradients, List<Op> ops) {
        Optional<Op.Clip> clip = Optional.empty();
        if (clipNorm.isPresent()) {
            List<Tensor> norms = new ArrayList<>();
            gradients.forEach((parameter, gradient) -> {
                Tensor partial = new Tensor(parameter.name() + ".norm", Tensor.Role.METRIC, 1, 1, 1);
                ops.add(new Op.SquaredNorm(gradient, partial));
                norms.add(partial);
            });
            clip = Optional.of(new Op.Clip(clipNorm.getAsDouble(), List.copyOf(norms)));
        }
        for (Map.Entry<Tensor, Tensor> entry : gradients.entrySet()) {
            Tensor parameter = entry.getKey();
            List<Tensor> state = optimizer.state().stream()
                    .map(s -> parameter.companion(s, Tensor.Role.STATE)).toList();
            ops.add(new Op.Update(optimizer, parameter, entry.getValue(), state, clip));
        }
    }
}
