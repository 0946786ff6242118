package dev.fusedvae.check;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.fuse.FusionLevel;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.Corruption;
import dev.fusedvae.spec.Initialization;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.Prior;
import dev.fusedvae.spec.Schedule;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.IntStream;

/// What a test trains: a model, how, on what data, from which parameters; everything follows from one seed.
public record Trial(VaeSpec spec, TrainSpec train, Examples examples) {
    public static final List<Likelihood> LIKELIHOODS = List.of(new Likelihood.Bernoulli(), new Likelihood.Gaussian(0.5),
            new Likelihood.GaussianScalar(), new Likelihood.GaussianFeature(), new Likelihood.ContinuousBernoulli(),
            new Likelihood.GaussianVector());

    /// One of every kind, and every part of each.
    public static final List<Objective> OBJECTIVES = List.of(new Objective.Vae(1, 0), new Objective.Vae(2.5, 0), new Objective.Vae(0, 0),
            new Objective.Vae(1, 0).withSamples(3), new Objective.Vae(0.5, 0, 0.3, 1), new Objective.Vae(1.5, 0, 0.05, 2), new Objective.Autoencoder(),
            new Objective.Sparse(0.3), new Objective.Iwae(1, false), new Objective.Iwae(4, false), new Objective.Iwae(5, true), new Objective.Iwae(6, false));

    /// Adam on `count` random examples that suit the likelihood.
    public static Trial of(VaeSpec spec, int batch, int count, long seed) {
        TrainSpec train = new TrainSpec(batch, 1, seed, new OptimizerSpec.Adam(1e-3), new Schedule.Constant(),
                OptionalDouble.empty(), Binarization.NONE, Initialization.UNIFORM);
        return new Trial(spec, train, examples(spec, count, new Random(seed)));
    }

    private static Examples examples(VaeSpec spec, int count, Random random) {
        float[] values = new float[count * spec.features()];
        boolean unit = spec.likelihood().unitInterval();
        for (int i = 0; i < values.length; i++) {
            float pixel = random.nextInt(3) == 0 ? random.nextInt(2) : random.nextFloat();
            values[i] = unit ? pixel : (float) random.nextGaussian();
        }
        return new Examples.Floats(values, spec.features());
    }

    /// Any activation, likelihood, objective, prior and corruption, with and without biases.
    public static VaeSpec anySpec(Random random, int encoderDepth, int decoderDepth) {
        VaeSpec spec = randomSpec(random, encoderDepth, decoderDepth)
                .withLikelihood(LIKELIHOODS.get(random.nextInt(LIKELIHOODS.size())))
                .withObjective(OBJECTIVES.get(random.nextInt(OBJECTIVES.size())));
        if (spec.objective().variational() && random.nextBoolean()) {
            spec = spec.withPrior(new Prior(List.of(0.5), random.doubles(spec.latent(), 0.5, 2).boxed().toList()));
        }
        return switch (random.nextInt(3)) {
            case 0 -> spec.withCorruption(new Corruption.Gaussian(0.3));
            case 1 -> spec.withCorruption(new Corruption.Masking(0.4));
            default -> spec;
        };
    }

    /// Any activation, either of the two plain objectives, a likelihood of the first issue, with and without biases.
    public static VaeSpec randomSpec(Random random, int encoderDepth, int decoderDepth) {
        Activation[] activations = Activation.values();
        return new VaeSpec(1 + random.nextInt(40), widths(random, encoderDepth), 1 + random.nextInt(9), widths(random, decoderDepth),
                activations[random.nextInt(activations.length)], random.nextInt(4) > 0,
                LIKELIHOODS.get(random.nextInt(4)),
                random.nextInt(3) == 0 ? new Objective.Autoencoder() : new Objective.Vae(0.5 + random.nextInt(2), 0));
    }

    private static List<Integer> widths(Random random, int n) {
        return IntStream.range(0, n).map(i -> 1 + random.nextInt(50)).boxed().toList();
    }

    public Trial with(OptimizerSpec optimizer) {
        return new Trial(spec, train.withOptimizer(optimizer), examples);
    }

    public Trial with(Examples other) {
        return new Trial(spec, train, other);
    }

    /// The same examples as pictures on a background: of the features only a stretch of a third is not zero, another in each,
    /// and the last quarter never, as a picture's margin.
    public Trial onBackground() {
        int n = spec.features();
        float[] values = ((Examples.Floats) examples).values().clone();
        for (int i = 0; i < values.length; i++) {
            int from = i / n * 7 % n;
            values[i] = i % n < n - n / 4 && Math.floorMod(i % n - from, n) < n / 3 ? values[i] : 0;
        }
        return with(new Examples.Floats(values, n));
    }

    public Trial clipped(double norm) {
        return new Trial(spec, new TrainSpec(train.batchSize(), train.epochs(), train.seed(), train.optimizer(), train.schedule(),
                OptionalDouble.of(norm), train.binarization(), train.initialization()), examples);
    }

    public Trial binarized(Binarization binarization) {
        return new Trial(spec, new TrainSpec(train.batchSize(), train.epochs(), train.seed(), train.optimizer(), train.schedule(),
                train.clipNorm(), binarization, train.initialization()), examples);
    }

    public Graph graph() {
        return Graphs.training(spec, train.optimizer(), train.clipNorm(), train.binarization());
    }

    public Plan plan(FusionLevel level) {
        return Plan.of(graph(), level, train.batchSize());
    }

    public Feed.Training feed() {
        return new Feed.Training(examples, new StepTable(train, spec.objective(), examples.count()));
    }

    /// Parameters as training starts them, U(±1/√K), and a log-variance near zero.
    public Map<Tensor, float[]> parameters() {
        Random random = new Random(~train.seed());
        Map<Tensor, float[]> all = new LinkedHashMap<>();
        for (Tensor t : graph().tensors(Tensor.Role.PARAMETER)) {
            all.put(t, uniform(random, t, 1 / Math.sqrt(t.rows() == 1 ? 16 : t.columns())));
        }
        return all;
    }

    /// [#parameters] and optimizer state as after some steps: first moments of both signs, squares well above zero.
    public Map<Tensor, float[]> inputs() {
        Random random = new Random(train.seed() + 1);
        Map<Tensor, float[]> all = parameters();
        for (Tensor t : graph().tensors(Tensor.Role.STATE)) {
            float[] values = uniform(random, t, 0.01);
            for (int i = 0; i < values.length && t.name().endsWith(".v"); i++) {
                values[i] = 1e-4f + Math.abs(values[i]);
            }
            all.put(t, values);
        }
        return all;
    }

    private static float[] uniform(Random random, Tensor t, double bound) {
        float[] values = new float[Math.toIntExact(t.elements(1))];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
        }
        return values;
    }

    /// Gives the executable its first parameters.
    public void start(Executable executable) {
        parameters().forEach((t, values) -> {
            if (executable.plan().graph().tensors().contains(t)) {
                executable.write(t, values);
            }
        });
    }

    /// Losses of `steps` steps from the first on: (Σ log p(x|z), Σ KL) a step.
    public static double[] run(Executable executable, int steps) {
        double[] metrics = new double[2 * steps];
        executable.run(0, steps, metrics);
        return metrics;
    }
}
