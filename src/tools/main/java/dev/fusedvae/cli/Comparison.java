package dev.fusedvae.cli;

import dev.fusedvae.Vae;
import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Backends;
import dev.fusedvae.classic.GaussianMixture;
import dev.fusedvae.classic.Neighbours;
import dev.fusedvae.classic.PrincipalComponents;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.data.Split;
import dev.fusedvae.rng.Normals;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.run.BackendChoice;
import dev.fusedvae.run.EpochMetrics;
import dev.fusedvae.run.Evaluation;
import dev.fusedvae.run.MarginalLikelihood;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.run.TrainingListener;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Corruption;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.RbmSpec;
import dev.fusedvae.spec.Schedule;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import dev.fusedvae.train.RbmTrainer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;

/// Trains every model of a comparison on one black and white data set and measures all in the same way.
final class Comparison {
    /// Pictures of each kind in a row of the page.
    static final int SHOWN = 16;
    private static final int COMPONENTS = 10;
    private static final int IMPORTANCE_SAMPLES = 100;
    private static final int NEIGHBOUR_TRAIN = 10_000;
    private static final int NEIGHBOUR_TEST = 2_000;
    private static final int GIBBS = 1000;
    private static final RbmRun.Annealing ANNEALING = new RbmRun.Annealing(100, 500);

    /// What the models share.
    ///
    /// @param hidden width of the hidden layers of deep models, and units of the RBM
    /// @param latent size of every code but the RBM's
    record Setup(int hidden, int latent, int epochs, int batchSize, long seed, BackendChoice backend, FusionLevel fusion) {}

    private final Setup setup;
    private final Split data;
    private final float[][] train;
    private final float[][] test;

    Comparison(Setup setup, Split blackAndWhite) {
        this.setup = setup;
        data = blackAndWhite;
        train = Thresholded.rows(data.train());
        test = Thresholded.rows(data.test());
    }

    /// One line per model: a new objective adds one.
    List<Function<Comparison, Contestant>> models() {
        VaeSpec deep = VaeSpec.of(data.train().features(), List.of(setup.hidden), setup.latent);
        VaeSpec linear = new VaeSpec(data.train().features(), List.of(), setup.latent, List.of(), Activation.IDENTITY, true,
                new Likelihood.Gaussian(1), new Objective.Autoencoder());
        VaeSpec plain = deep.withObjective(new Objective.Autoencoder());
        return List.of(
                c -> c.density("Gaussian", () -> GaussianMixture.gaussian(train, setup.seed)),
                c -> c.density("Gaussian mixture", () -> GaussianMixture.mixture(train, COMPONENTS, setup.latent, setup.seed)),
                Comparison::principal,
                c -> c.network("linear autoencoder", linear),
                c -> c.network("deep autoencoder", plain),
                c -> c.network("sparse autoencoder", deep.withObjective(new Objective.Sparse(0.1))),
                c -> c.network("denoising autoencoder", plain.withCorruption(new Corruption.Masking(0.3))),
                c -> c.network("VAE", deep),
                c -> c.network("VAE, beta = 0", deep.withObjective(new Objective.Vae(0, 0))),
                c -> c.network("IWAE, k = 5", deep.withObjective(new Objective.Iwae(5, false))),
                Comparison::boltzmann);
    }

    Split data() {
        return data;
    }

    /// Where a figure is of fewer examples than there are; nothing for small data.
    List<String> subsamples() {
        List<String> rules = new ArrayList<>();
        if (train.length > GaussianMixture.FIT_ROWS) {
            rules.add("The mixture is fitted to the first %d of %d training examples, by %d steps of EM at most."
                    .formatted(GaussianMixture.FIT_ROWS, train.length, GaussianMixture.ITERATIONS));
        }
        if (labelled() && (train.length > NEIGHBOUR_TRAIN || test.length > NEIGHBOUR_TEST)) {
            rules.add("k-NN looks up the first %d of %d test codes among the first %d of %d training codes."
                    .formatted(Math.min(NEIGHBOUR_TEST, test.length), test.length, Math.min(NEIGHBOUR_TRAIN, train.length), train.length));
        }
        return rules;
    }

    private boolean labelled() {
        return data.train().labels().isPresent() && data.test().labels().isPresent();
    }

    float[][] shown() {
        return first(test);
    }

    private float[][] first(float[][] rows) {
        return Arrays.copyOf(rows, Math.min(SHOWN, test.length));
    }

    private Contestant density(String name, Supplier<GaussianMixture> fit) {
        long start = System.nanoTime();
        GaussianMixture model = fit.get();
        double seconds = (System.nanoTime() - start) / 1e9;
        String called = model.size() > 1 ? name + ", " + model.size() + " in " + setup.latent + " axes" : name;
        return new Contestant(called, OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.of(model.logLikelihood(test, setup.seed + 1)),
                "bound: density of x + uniform noise", OptionalDouble.empty(), OptionalInt.empty(), OptionalDouble.empty(), seconds,
                Optional.empty(), model.sample(SHOWN, setup.seed), "samples");
    }

    private Contestant principal() {
        long start = System.nanoTime();
        PrincipalComponents axes = PrincipalComponents.fit(train);
        double seconds = (System.nanoTime() - start) / 1e9;
        int latent = Math.min(setup.latent, data.train().features());
        Contestant.Codes codes = new Contestant.Codes(narrow(train, axes, latent), narrow(test, axes, latent));
        return mechanical("PCA", codes, rows -> Arrays.stream(rows).map(row -> axes.restore(widen(row))).toArray(float[][]::new), seconds);
    }

    private static float[][] narrow(float[][] rows, PrincipalComponents axes, int latent) {
        float[][] codes = new float[rows.length][latent];
        for (int i = 0; i < rows.length; i++) {
            double[] wide = axes.project(rows[i], latent);
            for (int a = 0; a < latent; a++) {
                codes[i][a] = (float) wide[a];
            }
        }
        return codes;
    }

    private static double[] widen(float[] row) {
        double[] wide = new double[row.length];
        for (int a = 0; a < row.length; a++) {
            wide[a] = row[a];
        }
        return wide;
    }

    /// A model that encodes and decodes and has no prior.
    private Contestant mechanical(String name, Contestant.Codes codes, Function<float[][], float[][]> decode, double seconds) {
        float[][] rebuilt = decode.apply(codes.test());
        return new Contestant(name, OptionalDouble.of(Contestant.squaredError(test, rebuilt)), OptionalDouble.empty(), OptionalDouble.empty(), "–",
                OptionalDouble.empty(), OptionalInt.empty(), accuracy(codes), seconds, Optional.of(first(rebuilt)),
                decode.apply(randomCodes(codes.train())), "random codes");
    }

    /// Independent normal codes with the mean and the variance that each coordinate has over the training set: as much as
    /// can be known of codes without a prior, and yet no code of an example.
    private float[][] randomCodes(float[][] codes) {
        int latent = codes[0].length;
        float[][] random = new float[SHOWN][latent];
        Stream stream = new Stream(setup.seed, Purpose.PRIOR_SAMPLES, 0);
        for (int r = 0; r < SHOWN; r++) {
            Normals.block(stream, 0, r, 1, latent, random[r], 0);
        }
        for (int a = 0; a < latent; a++) {
            int axis = a;
            double mean = Arrays.stream(codes).mapToDouble(c -> c[axis]).average().orElseThrow();
            double deviation = Math.sqrt(Arrays.stream(codes).mapToDouble(c -> (c[axis] - mean) * (c[axis] - mean)).average().orElseThrow());
            for (float[] row : random) {
                row[axis] = (float) (mean + deviation * row[axis]);
            }
        }
        return random;
    }

    private OptionalDouble accuracy(Contestant.Codes codes) {
        if (!labelled()) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(Neighbours.accuracy(Arrays.copyOf(codes.train(), Math.min(NEIGHBOUR_TRAIN, train.length)), data.train().labels().orElseThrow(),
                Arrays.copyOf(codes.test(), Math.min(NEIGHBOUR_TEST, test.length)), data.test().labels().orElseThrow()));
    }

    private Contestant network(String name, VaeSpec spec) {
        TrainSpec how = TrainSpec.standard(setup.epochs, setup.seed).withBatchSize(setup.batchSize)
                .withOptimizer(new OptimizerSpec.Adam(3e-3)).withSchedule(new Schedule.Cosine(Math.max(1, setup.epochs), 0));
        try (Vae vae = Vae.train(spec, how, data, Normalization.unit(data.train()), options(), new TrainingListener() { })) {
            double seconds = vae.history().epochs().stream().mapToDouble(EpochMetrics::seconds).sum();
            Contestant.Codes codes = new Contestant.Codes(vae.encode(data.train()).mu(), vae.encode(data.test()).mu());
            return spec.objective().variational() ? variational(name, vae, codes, seconds) : mechanical(name, codes, vae::decode, seconds);
        }
    }

    private Contestant variational(String name, Vae vae, Contestant.Codes codes, double seconds) {
        float[][] rebuilt = vae.decode(codes.test());
        Evaluation e = vae.evaluate(data.test());
        MarginalLikelihood p = vae.logLikelihood(data.test(), IMPORTANCE_SAMPLES, done -> { });
        return new Contestant(name, OptionalDouble.of(Contestant.squaredError(test, rebuilt)), OptionalDouble.of(e.elbo()), OptionalDouble.of(p.mean()),
                String.format(Locale.ROOT, "%d importance samples, ± %.2f", IMPORTANCE_SAMPLES, p.standardError()),
                OptionalDouble.of(e.kl()), OptionalInt.of(e.activeUnits()), accuracy(codes), seconds, Optional.of(first(rebuilt)),
                vae.sample(SHOWN, setup.seed), "samples from the prior");
    }

    /// In memory, vendor parts and all.
    private RunOptions options() {
        return RunOptions.defaults().withBackend(setup.backend).withFusion(setup.fusion);
    }

    private Contestant boltzmann() {
        RbmSpec spec = new RbmSpec(data.train().features(), setup.hidden, 1, true);
        try (Backend backend = Backends.open(setup.backend).backend()) {
            TrainSpec how = RbmCommand.steps(setup.epochs, setup.seed, setup.batchSize, 0.05, 0.5);
            RbmTrainer.Result trained = RbmRun.trainer(spec, how, data).run(backend, options(), new RbmTrainer.Listener() { });
            RbmRun run = RbmRun.measure(backend, spec, how, data, ANNEALING, trained);
            return new Contestant("RBM, " + setup.hidden + " units, PCD-1", OptionalDouble.of(Contestant.squaredError(test, run.test().means())),
                    OptionalDouble.empty(), OptionalDouble.of(run.logLikelihood()),
                    String.format(Locale.ROOT, "annealed importance sampling, ± %.2f", run.logZ().standardError()),
                    OptionalDouble.empty(), OptionalInt.empty(), accuracy(new Contestant.Codes(run.train().codes(), run.test().codes())),
                    run.secondsPerEpoch() * run.epochs().size(), Optional.of(first(run.test().means())),
                    run.rbm().sample(SHOWN, GIBBS, setup.seed), "samples by Gibbs sampling");
        }
    }
}
