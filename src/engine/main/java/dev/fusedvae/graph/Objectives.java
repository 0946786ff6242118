package dev.fusedvae.graph;

import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.Corruption;
import dev.fusedvae.spec.Objective;
import java.util.List;
import java.util.Optional;

/// The forward half of every objective, in graph form.
final class Objectives {
    private final Network net;
    private final List<Op> ops;
    private final int samples;

    /// What the forward half leaves behind.
    ///
    /// @param value       what training maximises, β's term apart: log p(x|z) of every sample, or the bound
    /// @param regularizer what β weighs, for every example
    record Forward(Tensor heads, Tensor value, Optional<Tensor> regularizer) {}

    /// @param samples rows that the decoder sees for each example
    private Objectives(Network net, List<Op> ops, int samples) {
        this.net = net;
        this.ops = ops;
        this.samples = samples;
    }

    /// The objective that training maximises.
    static Forward training(Network net, Binarization binarization, List<Op> ops) {
        Objectives o = new Objectives(net, ops, net.spec.objective().samples());
        Tensor x = o.input(binarization);
        Tensor heads = net.encode(o.corrupted(x), ops);
        return switch (net.spec.objective()) {
            case Objective.Vae v -> {
                Tensor z = o.sample(heads, o.noise());
                Tensor kl = o.divergence(heads);
                if (v.freeBits() > 0) {
                    ops.add(new Op.KlColumns(heads, net.spec.prior(), new Tensor("kl.means", Tensor.Role.METRIC, 1, net.spec.latent(), 1)));
                }
                yield new Forward(heads, o.likelihood(x, z), Optional.of(kl));
            }
            case Objective.Autoencoder a -> new Forward(heads, o.likelihood(x, heads), Optional.empty());
            case Objective.Sparse s -> {
                Tensor l1 = Tensor.perExample("l1", 1, 1);
                ops.add(new Op.L1Penalty(heads, l1));
                yield new Forward(heads, o.likelihood(x, heads), Optional.of(l1));
            }
            case Objective.Iwae i -> {
                Tensor weights = Tensor.perSample("weights", 1, 1, o.samples);
                yield new Forward(heads, o.bound(x, heads, Optional.of(weights), Optional.empty()), Optional.empty());
            }
        };
    }


    /// The terms of the ELBO with one sample an example; of an autoencoder the reconstruction alone.
    static Forward elbo(Network net, Binarization binarization, List<Op> ops) {
        Objectives o = new Objectives(net, ops, 1);
        Tensor x = o.input(binarization);
        Tensor heads = net.encode(x, ops);
        if (!net.variational()) {
            return new Forward(heads, o.likelihood(x, heads), Optional.empty());
        }
        Tensor z = o.sample(heads, o.noise());
        Tensor kl = o.divergence(heads);
        return new Forward(heads, o.likelihood(x, z), Optional.of(kl));
    }

    /// The bound of `samples` samples and log 1/k Σ w², for every example.
    static List<Tensor> importance(Network net, Binarization binarization, int samples, List<Op> ops) {
        Objectives o = new Objectives(net, ops, samples);
        Tensor x = o.input(binarization);
        Tensor heads = net.encode(x, ops);
        Tensor squares = Tensor.perExample("squares", 1, 1);
        return List.of(o.bound(x, heads, Optional.empty(), Optional.of(squares)), squares);
    }

    private Tensor input(Binarization binarization) {
        Tensor x = net.input();
        ops.add(new Op.Gather(x, binarization));
        return x;
    }

    private Tensor corrupted(Tensor x) {
        return switch (net.spec.corruption()) {
            case Corruption.None n -> x;
            case Corruption.Gaussian g -> corrupt(g, x);
            case Corruption.Masking m -> corrupt(m, x);
        };
    }

    private Tensor corrupt(Corruption corruption, Tensor x) {
        Tensor out = Tensor.perExample("x.corrupted", x.columns(), 1);
        ops.add(new Op.Corrupt(corruption, x, out));
        return out;
    }

    private Tensor noise() {
        Tensor eps = Tensor.perSample("eps", net.spec.latent(), 1, samples);
        ops.add(new Op.Noise(eps));
        return eps;
    }

    private Tensor sample(Tensor heads, Tensor eps) {
        Tensor z = Tensor.perSample("z", net.spec.latent(), 1, samples);
        ops.add(new Op.Reparameterize(heads, eps, z));
        return z;
    }

    private Tensor divergence(Tensor heads) {
        Tensor kl = Tensor.perExample("kl", 1, 1);
        ops.add(new Op.KlDivergence(heads, net.spec.prior(), kl));
        return kl;
    }

    private Tensor likelihood(Tensor x, Tensor z) {
        Tensor y = net.decode(z, ops);
        Tensor ll = Tensor.perSample("ll", 1, 1, samples);
        ops.add(new Op.LogLikelihood(net.spec.likelihood(), x, y, net.logVar(), ll));
        return ll;
    }

    private Tensor bound(Tensor x, Tensor heads, Optional<Tensor> weights, Optional<Tensor> squares) {
        Tensor eps = noise();
        Tensor z = sample(heads, eps);
        Tensor ratio = Tensor.perSample("ratio", 1, 1, samples);
        ops.add(new Op.LogRatio(heads, eps, net.spec.prior(), ratio));
        Tensor ll = likelihood(x, z);
        Tensor bound = Tensor.perExample("bound", 1, 1);
        ops.add(new Op.ImportanceWeights(ll, ratio, weights, bound, squares));
        return bound;
    }
}
