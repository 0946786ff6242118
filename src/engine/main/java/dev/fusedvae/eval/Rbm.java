package dev.fusedvae.eval;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.RbmGraphs;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.rng.Binarizer;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.simd.Elementwise;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.RbmSpec;
import dev.fusedvae.spec.TrainSpec;
import java.util.Arrays;
import java.util.List;

/// What a trained restricted Boltzmann machine gives for data, and what it dreams up.
public final class Rbm {
    /// The site of the noise that chains start from: the last, which no Gibbs phase uses.
    private static final int START = Stream.SITES - 1;

    private final Backend backend;
    private final RbmSpec spec;
    private final Parameters parameters;

    /// One pass up and one down for every example, with probabilities for states.
    ///
    /// @param visible       the examples themselves, binarized
    /// @param codes         p(h|v)
    /// @param means         p(v|code)
    /// @param logLikelihood the mean of log p(v|code) in nats per example: how well the code tells v, no likelihood of the model
    @SuppressWarnings("ArrayRecordComponent")
    public record Passes(float[][] visible, float[][] codes, float[][] means, double logLikelihood) {}

    public Rbm(Backend backend, RbmSpec spec, Parameters parameters) {
        this.backend = backend;
        this.spec = spec;
        this.parameters = parameters;
    }

    public RbmSpec spec() {
        return spec;
    }

    /// `weight` `[H, V]`, `hidden.bias` and `visible.bias`.
    public Parameters parameters() {
        return parameters;
    }

    /// Codes and reconstructions of `examples`; `seed` gives the draws of dynamic binarization.
    public Passes passes(Examples examples, Binarization binarization, long seed) {
        Graph graph = RbmGraphs.reconstruct(spec, binarization);
        int n = examples.count();
        float[][][] read = {new float[n][spec.visible()], new float[n][spec.hidden()], new float[n][spec.visible()], new float[n][1]};
        try (Inference inference = new Inference(backend, graph, parameters)) {
            inference.run(examples, seed, (ran, first, rows) -> {
                for (int t = 0; t < read.length; t++) {
                    rows(ran.read(graph.results().get(t)), rows, read[t], first);
                }
            });
        }
        for (float[] logits : read[2]) {
            Elementwise.PREFERRED.activate(Activation.SIGMOID, logits, 0, logits.length, 0);
        }
        return new Passes(read[0], read[1], read[2], Arrays.stream(read[3]).mapToDouble(ll -> ll[0]).average().orElseThrow());
    }

    private static void rows(float[] values, int count, float[][] to, int first) {
        int width = to[0].length;
        for (int r = 0; r < count; r++) {
            System.arraycopy(values, r * width, to[first + r], 0, width);
        }
    }

    /// p(v|h) at the end of `count` Markov chains of `sweeps` Gibbs steps each, which start from fair coins.
    public float[][] sample(int count, int sweeps, long seed) {
        Graph graph = RbmGraphs.gibbs(spec);
        TrainSpec steps = TrainSpec.standard(0, seed).withBatchSize(count);
        Examples none = new Examples.Floats(new float[count * spec.visible()], spec.visible());
        Feed feed = new Feed.Training(none, new StepTable(steps, spec.autoencoder().objective(), count));
        try (Executable executable = backend.load(Plan.of(graph, backend.fusion(), count), feed)) {
            List<Tensor> all = graph.tensors(Tensor.Role.PARAMETER);
            parameters.write(executable, all);
            executable.write(graph.results().getFirst(), coins(spec, count, seed));
            executable.run(0, sweeps, new double[0]);
            float[][] means = new float[count][spec.visible()];
            rows(executable.read(graph.results().getLast()), count, means, 0);
            return means;
        }
    }

    /// The states that `count` chains start from: fair coins, `[count, V]`.
    public static float[] coins(RbmSpec spec, int count, long seed) {
        float[] fair = new float[spec.visible()];
        Arrays.fill(fair, 0.5f);
        float[] states = new float[Math.multiplyExact(count, spec.visible())];
        for (int r = 0; r < count; r++) {
            Binarizer.binarize(new Stream(seed, Purpose.GIBBS, START), 0, r, fair, 0, fair.length, states, r * fair.length);
        }
        return states;
    }
}
