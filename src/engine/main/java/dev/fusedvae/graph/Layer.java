package dev.fusedvae.graph;

import java.util.Optional;

/// One linear layer: its place in the network and its parameters.
///
/// @param name   the name of its parameters: `encoder.0`, `heads`, `decoder.2`
/// @param weight `[N, K]`, K inputs; its rows come in `parts` blocks of `outputs` each (heads, learned variance)
/// @param bias   `[1, N]`, if the model has biases
/// @param first  whether it is the first layer of its half: the one that reads x or z
public record Layer(String name, Place place, Tensor weight, Optional<Tensor> bias, int inputs, int outputs, int parts,
                    boolean first) {

    /// Where a layer stands.
    public enum Place { ENCODER, HEADS, DECODER, OUTPUT }

    static Layer of(String name, Place place, int inputs, int outputs, int parts,
                    boolean first, boolean withBias) {
        Tensor weight = new Tensor(name + ".weight", Tensor.Role.PARAMETER, outputs * parts, inputs, 1);
        Optional<Tensor> bias = withBias
                ? Optional.of(new Tensor(name + ".bias", Tensor.Role.PARAMETER, 1, outputs, parts))
                : Optional.empty();
        return new Layer(name, place, weight, bias, inputs, outputs, parts, first);
    }

    /// Outputs of all parts.
    public int width() {
        return outputs * parts;
    }
}
