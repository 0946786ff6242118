package dev.fusedvae.train;

import dev.fusedvae.eval.Parameters;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.graph.Layer;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.io.IoFailure;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.VaeSpec;
import dev.fusedvae.tensors.NamedTensor;
import dev.fusedvae.tensors.TensorFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Parameters under the names and shapes of a PyTorch module:
///
///     encoder = Sequential(Linear, act, …)     encoder.0.weight [N,K], encoder.0.bias [N], encoder.2.…
///     mu, log_var = Linear, Linear             mu.weight, mu.bias, log_var.weight, log_var.bias; an autoencoder: code
///     decoder = Sequential(Linear, act, …, Linear)
///     likelihood.log_var = Parameter([1])      where one variance is learned; ([D]) where one a feature is, independent of z
///
/// With a variance per feature the decoder's last layer has 2·D outputs: D means, then D log-variances, so that
/// `mean, log_var = decoder(z).chunk(2, -1)`.
final class TorchNames {
    private static final List<String> OURS = List.of("encoder.", "decoder.", "mu.", "log_var.", "code.", "likelihood.");

    /// A stretch of the values of a parameter of the graph, under another name.
    ///
    /// @param first where it starts
    private record Entry(String name, Tensor of, int first, long[] shape) {
        int count() {
            return Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
        }
    }

    private TorchNames() {}

    static List<NamedTensor> export(VaeSpec spec, Parameters parameters) {
        List<NamedTensor> all = new ArrayList<>();
        for (Entry entry : entries(spec)) {
            float[] values = parameters.values(entry.of.name());
            all.add(new NamedTensor(entry.name, entry.shape, Arrays.copyOfRange(values, entry.first, entry.first + entry.count())));
        }
        return all;
    }

    static Parameters read(VaeSpec spec, TensorFile file) {
        Map<String, float[]> values = new LinkedHashMap<>();
        Set<String> known = new LinkedHashSet<>();
        for (Entry entry : entries(spec)) {
            known.add(entry.name);
            float[] all = values.computeIfAbsent(entry.of.name(), n -> new float[Math.toIntExact(entry.of.elements(1))]);
            boolean scalar = file.tensors().containsKey(entry.name) && file.tensor(entry.name).shape().length == 0
                    && Arrays.equals(entry.shape, new long[] {1});
            float[] data = scalar ? file.tensor(entry.name).data() : file.tensor(entry.name, entry.shape).data();
            finite(entry.name, data);
            System.arraycopy(data, 0, all, entry.first, data.length);
        }
        file.tensors().keySet().stream().filter(name -> !known.contains(name) && OURS.stream().anyMatch(name::startsWith)).findFirst()
                .ifPresent(name -> {
                    throw new IoFailure("tensor " + name + " has no place in the model, which is "
                            + spec.shape() + "; load a file of the same architecture");
                });
        return ordered(spec, values);
    }

    private static Parameters ordered(VaeSpec spec, Map<String, float[]> values) {
        Map<String, float[]> ordered = new LinkedHashMap<>();
        graph(spec).tensors(Tensor.Role.PARAMETER).forEach(t -> ordered.put(t.name(), values.get(t.name())));
        return new Parameters(ordered);
    }

    private static void finite(String name, float[] data) {
        for (int i = 0; i < data.length; i++) {
            if (!Float.isFinite(data[i])) {
                throw new IoFailure("tensor " + name + " holds " + data[i] + " at element " + i + "; load weights that are finite");
            }
        }
    }

    private static List<Entry> entries(VaeSpec spec) {
        Graph graph = graph(spec);
        List<Entry> entries = new ArrayList<>();
        for (Layer layer : graph.layers()) {
            List<String> names = names(layer);
            int outputs = layer.width() / names.size();
            for (int i = 0; i < names.size(); i++) {
                int first = i * outputs;
                String name = names.get(i);
                entries.add(new Entry(name + ".weight", layer.weight(), first * layer.inputs(), new long[] {outputs, layer.inputs()}));
                layer.bias().ifPresent(bias -> entries.add(new Entry(name + ".bias", bias, first, new long[] {outputs})));
            }
        }
        graph.tensors(Tensor.Role.PARAMETER).stream().filter(t -> t.name().startsWith("likelihood."))
                .forEach(t -> entries.add(new Entry(t.name(), t, 0, new long[] {t.width()})));
        return entries;
    }

    private static List<String> names(Layer layer) {
        return switch (layer.place()) {
            case HEADS -> layer.parts() == 2 ? List.of("mu", "log_var") : List.of("code");
            case ENCODER, DECODER, OUTPUT -> List.of(layer.name());
        };
    }

    private static Graph graph(VaeSpec spec) {
        return Graphs.elbo(spec, Binarization.NONE);
    }
}
