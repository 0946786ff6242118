package dev.fusedvae.graph;

import dev.fusedvae.spec.Binarization;
import java.util.List;
import java.util.Optional;

/// The forward half of every objective, in graph form.
final class Objectives {

    /// What the forward half leaves behind.
    record Forward(Tensor heads, Tensor ll, Optional<Tensor> kl) {}

    private Objectives() {}

    static Forward forward(Network net, Binarization binarization, List<Op> ops) {
        Tensor x = net.input();
        ops.add(new Op.Gather(x, binarization));
        Tensor heads = net.encode(x, ops);
        Optional<Tensor> kl = Optional.empty();
        Tensor z = heads;
        if (net.variational()) {
            Tensor eps = Tensor.perExample("eps", net.spec.latent(), 1);
            z = Tensor.perExample("z", net.spec.latent(), 1);
            kl = Optional.of(Tensor.perExample("kl", 1, 1));
            ops.add(new Op.Noise(eps));
            ops.add(new Op.Reparameterize(heads, eps, z));
            ops.add(new Op.KlDivergence(heads, kl.get()));
        }
        Tensor y = net.decode(z, ops);
        Tensor ll = Tensor.perExample("ll", 1, 1);
        ops.add(new Op.LogLikelihood(net.spec.likelihood(), x, y, net.logVar(), ll));
        return new Forward(heads, ll, kl);
    }
}
