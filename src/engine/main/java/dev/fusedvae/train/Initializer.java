package dev.fusedvae.train;

import dev.fusedvae.eval.Parameters;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.graph.Layer;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.rng.Uniforms;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.Initialization;
import dev.fusedvae.spec.VaeSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How parameters start: a pure function of (seed, parameter, row, column).
///
/// Parameter p of the model's list draws from [Purpose#INIT], site p mod 256, step p / 256; a weight's rows are its
/// outputs, a bias is one row. A learned log-variance of the likelihood starts at 0.
public final class Initializer {
    private Initializer() {}

    /// The initial parameters of a model.
    public static Parameters initial(VaeSpec spec, Initialization initialization, long seed) {
        Graph graph = Graphs.elbo(spec, Binarization.NONE);
        List<Tensor> parameters = graph.tensors(Tensor.Role.PARAMETER);
        Map<String, float[]> values = new LinkedHashMap<>();
        parameters.forEach(p -> values.put(p.name(), new float[Math.toIntExact(p.elements(1))]));
        for (Layer layer : graph.layers()) {
            float bound = bound(layer, initialization);
            draw(seed, parameters.indexOf(layer.weight()), layer.weight(), bound, values);
            if (initialization == Initialization.UNIFORM) {
                layer.bias().ifPresent(bias -> draw(seed, parameters.indexOf(bias), bias, bound, values));
            }
        }
        return new Parameters(values);
    }

    private static float bound(Layer layer, Initialization initialization) {
        return (float) switch (initialization) {
            case UNIFORM -> 1 / Math.sqrt(layer.inputs());
            // Stacked parts are layers of their own: μ and log σ² each have `outputs` outputs.
            case GLOROT -> Math.sqrt(6.0 / (layer.inputs() + layer.outputs()));
        };
    }

    private static void draw(long seed, int index, Tensor tensor, float bound, Map<String, float[]> values) {
        Stream stream = new Stream(seed, Purpose.INIT, index % Stream.SITES);
        float[] to = values.get(tensor.name());
        for (int n = 0; n < tensor.rows(); n++) {
            Uniforms.fill(stream, index / Stream.SITES, n, tensor.width(), to, n * tensor.width(), -bound, bound);
        }
    }
}
