package dev.fusedvae.graph;

import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.VaeSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The layers of a model, and the forward ops that training and inference share.
///
/// Parameters carry the names of a PyTorch module with `encoder` and `decoder` as `nn.Sequential`: `encoder.0`,
/// `encoder.2`, … (odd places hold the activations); `heads` stacks `mu` and `log_var`.
final class Network {
    final VaeSpec spec;
    final List<Layer> encoder = new ArrayList<>();
    final Layer heads;
    final List<Layer> decoder = new ArrayList<>();
    final Layer output;

    Network(VaeSpec spec) {
        this.spec = spec;
        int width = spec.features();
        for (int hidden : spec.encoderHidden()) {
            encoder.add(Layer.of("encoder." + 2 * encoder.size(), Layer.Place.ENCODER, width, hidden, 1,
                    encoder.isEmpty(), spec.bias()));
            width = hidden;
        }
        heads = Layer.of("heads", Layer.Place.HEADS, width, spec.latent(), spec.objective().headsPerLatent(),
                encoder.isEmpty(), spec.bias());
        width = spec.latent();
        for (int hidden : spec.decoderHidden()) {
            decoder.add(Layer.of("decoder." + 2 * decoder.size(), Layer.Place.DECODER, width, hidden, 1,
                    decoder.isEmpty(), spec.bias()));
            width = hidden;
        }
        output = Layer.of("decoder." + 2 * decoder.size(), Layer.Place.OUTPUT, width, spec.features(),
                spec.likelihood().outputsPerFeature(), decoder.isEmpty(), spec.bias());
    }

    List<Layer> layers() {
        List<Layer> all = new ArrayList<>(encoder);
        all.add(heads);
        all.addAll(decoder);
        all.add(output);
        return all;
    }

    Tensor input() {
        return Tensor.input(spec.features());
    }

    /// log σ² of the likelihood, where one scalar or one vector is learned.
    Optional<Tensor> logVar() {
        int count = spec.likelihood().logVariances(spec.features());
        return count == 0 ? Optional.empty() : Optional.of(new Tensor("likelihood.log_var", Tensor.Role.PARAMETER, 1, count, 1));
    }

    boolean variational() {
        return spec.objective().variational();
    }

    /// Hidden encoder layers and heads; the heads of an autoencoder are its code.
    Tensor encode(Tensor x, List<Op> ops) {
        Tensor h = x;
        for (Layer layer : encoder) {
            h = hidden(layer, h, ops);
        }
        return linear(heads, h, variational() ? "heads" : "code", ops);
    }

    /// Hidden decoder layers and the output: logits, means, or means and log-variances.
    Tensor decode(Tensor z, List<Op> ops) {
        Tensor h = z;
        for (Layer layer : decoder) {
            h = hidden(layer, h, ops);
        }
        return linear(output, h, "y", ops);
    }

    private Tensor hidden(Layer layer, Tensor x, List<Op> ops) {
        boolean plain = spec.activation() == Activation.IDENTITY;
        Tensor a = linear(layer, x, plain ? layer.name() + ".h" : layer.name() + ".a", ops);
        if (plain) {
            return a;
        }
        Tensor h = Tensor.perSample(layer.name() + ".h", layer.outputs(), layer.parts(), x.samples());
        ops.add(new Op.Activate(spec.activation(), a, h));
        return h;
    }

    private static Tensor linear(Layer layer, Tensor x, String name, List<Op> ops) {
        Tensor y = Tensor.perSample(layer.bias().isPresent() ? name + ".linear" : name, layer.outputs(), layer.parts(), x.samples());
        ops.add(new Op.Linear(layer, x, y));
        if (layer.bias().isEmpty()) {
            return y;
        }
        Tensor biased = Tensor.perSample(name, layer.outputs(), layer.parts(), x.samples());
        ops.add(new Op.AddBias(layer, y, biased));
        return biased;
    }
}
