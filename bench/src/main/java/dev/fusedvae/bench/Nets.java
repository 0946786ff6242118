package dev.fusedvae.bench;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.eval.Inputs;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.rng.Uniforms;
import dev.fusedvae.run.History;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Initialization;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import dev.fusedvae.train.Initializer;
import dev.fusedvae.train.Model;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// The networks of every benchmark, under the names that the peers use too.
public final class Nets {
    private Nets() {}

    /// `S` 784-400-20, `I` 784-200-200-50 with tanh, `big` 784-1024-1024-64; or widths such as 64-16-4, with ReLU. With `@iwae50`
    /// behind it the importance-weighted bound of 50 samples is trained instead of the ELBO.
    public static VaeSpec spec(String net) {
        int at = net.indexOf('@');
        if (at < 0) {
            return plain(net);
        }
        String objective = net.substring(at + 1);
        if (!objective.matches("iwae[1-9][0-9]{0,4}")) {
            throw new IllegalArgumentException("an objective behind @ is iwaeK, such as I@iwae50, got " + net);
        }
        return plain(net.substring(0, at)).withObjective(new Objective.Iwae(Integer.parseInt(objective.substring(4)), false));
    }

    private static VaeSpec plain(String net) {
        return switch (net) {
            case "S" -> VaeSpec.of(784, List.of(400), 20);
            case "I" -> VaeSpec.of(784, List.of(200, 200), 50).withActivation(Activation.TANH);
            case "big" -> VaeSpec.of(784, List.of(1024, 1024), 64);
            default -> widths(net);
        };
    }

    private static VaeSpec widths(String net) {
        if (!net.matches("[0-9]{1,6}(-[0-9]{1,6}){1,9}")) {
            throw new IllegalArgumentException("net must be S, I, big or widths such as 784-400-20, got " + net);
        }
        List<Integer> all = Arrays.stream(net.split("-")).map(Integer::valueOf).toList();
        return VaeSpec.of(all.getFirst(), all.subList(1, all.size() - 1), all.getLast());
    }

    /// Random grey pixels: never zeros or a pattern, which run faster than real data.
    static Examples randomPixels(int count, int features) {
        byte[] pixels = new byte[count * features];
        new Random(1).nextBytes(pixels);
        return pixels(pixels, features);
    }

    /// Grey pixels in [0, 255] as intensities in [0, 1].
    public static Examples pixels(byte[] pixels, int features) {
        float[] table = new float[256];
        for (int v = 0; v < 256; v++) {
            table[v] = v / 255f;
        }
        return new Examples.Bytes(pixels, features, table, 255, new float[0]);
    }

    /// How all contestants hold their images, so that a gather reads as many bytes for each of them.
    public static final String INPUT_ENCODING = "float32, resident";

    /// `examples` as the peers hold theirs: the very values that every backend computes, ready in floats.
    public static Examples floats(Examples examples) {
        int features = examples.features();
        float[] values = new float[Math.multiplyExact(examples.count(), features)];
        for (int row = 0; row < examples.count(); row++) {
            for (int feature = 0; feature < features; feature++) {
                values[row * features + feature] = examples.value(row, feature);
            }
        }
        return new Examples.Floats(values, features);
    }

    /// An untrained model: the time of inference depends on shapes alone.
    static Model untrained(VaeSpec spec) {
        return new Model(spec, TrainSpec.standard(1, 1), Normalization.none(), Optional.empty(), "", Initializer.initial(spec, Initialization.UNIFORM, 1),
                new History(List.of(), History.Ending.CANCELLED, 0), Map.of());
    }

    /// The training half of a data set of the catalogue, in [0, 1], or `random` pixels, as many as MNIST has.
    static Examples examples(String data, int features) {
        if (data.equals("random")) {
            return randomPixels(60_000, features);
        }
        DataSet train = Catalogue.load(data, Optional.empty(), System.getenv()).train();
        return Inputs.examples(train, Normalization.unit(train));
    }

    /// U(±1/√K) for every parameter, K its inputs (or 400, near enough, for a bias).
    public static void initialize(Executable executable) {
        int site = 0;
        for (Tensor t : executable.plan().graph().tensors(Tensor.Role.PARAMETER)) {
            float[] values = new float[Math.toIntExact(t.elements(1))];
            float bound = (float) (1 / Math.sqrt(t.rows() == 1 ? 400 : t.columns()));
            Uniforms.fill(new Stream(1, Purpose.INIT, site++), 0, 0, values.length, values, 0, -bound, bound);
            executable.write(t, values);
        }
    }
}
