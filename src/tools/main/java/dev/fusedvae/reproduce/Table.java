package dev.fusedvae.reproduce;

import dev.fusedvae.data.Normalization;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.Initialization;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.Schedule;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// The figures to reproduce.
public final class Table {
    private static final int LATENT = 8;
    private static final long SEED = 1;
    /// Stages of the schedule of Burda et al.: stage i has 3^i epochs at rate 1e-3·10^(−i/7).
    private static final int STAGES = 8;
    private static final int SHORT_STAGES = 5;

    private Table() {}

    /// All rows, in the order of their table.
    public static List<Row> rows() {
        return List.of(smoke10(), linearPca(), linearPpca(), linearFa(), ring(), pythaeVae(), iwaeTable1(), iwaeShort());
    }

    /// The row of that name.
    public static Optional<Row> find(String name) {
        return rows().stream().filter(row -> row.name().equals(name)).findFirst();
    }

    private static Row smoke10() {
        Case only = new Case("smoke10", Material.MNIST, Normalization.Kind.UNIT, VaeSpec.of(784, List.of(400), 20),
                TrainSpec.standard(10, SEED), Training.LAST, new Measure.Bound(106.1));
        return new Row("smoke10", "784-400-20-400-784, ReLU, batch 128, Adam 1e-3, grey MNIST with Bernoulli likelihood, 10 epochs;"
                + " test -ELBO with one sample", "-ELBO 105.56 nats", "pytorch/examples, vae; an independent run gave 105.589", "<= 106.1",
                "1 min", false, List.of(only));
    }

    /// A linear model of the digits.
    private static Case linear(String name, Objective objective, Likelihood likelihood, double rate, int epochs) {
        boolean perFeature = likelihood instanceof Likelihood.GaussianVector;
        int features = perFeature ? 61 : 64;
        VaeSpec spec = new VaeSpec(features, List.of(), LATENT, List.of(), Activation.IDENTITY, true, likelihood, objective);
        TrainSpec train = TrainSpec.standard(epochs, SEED).withBatchSize(300)
                .withOptimizer(new OptimizerSpec.Adam(rate)).withSchedule(new Schedule.Cosine(epochs, 0));
        Measure measure = perFeature ? new Measure.FactorAnalysis(0.3)
                : objective.variational() ? new Measure.ProbabilisticPca(0.2, 0.01) : new Measure.Pca(0.005);
        return new Case(name, perFeature ? Material.VARYING_DIGITS : Material.DIGITS, Normalization.Kind.CENTER, spec, train, Training.LAST, measure);
    }

    private static Row linearPca() {
        return new Row("linear-pca", "digits in [0,1], centred, m = 8; linear autoencoder, squared error",
                "the reconstruction error of rank-8 PCA", "exact", "within 0.5 %", "2 s", true,
                List.of(linear("linear-pca", new Objective.Autoencoder(), new Likelihood.Gaussian(1), 5e-3, 400)));
    }

    private static Row linearPpca() {
        return new Row("linear-ppca", "digits in [0,1], centred, m = 8; linear encoder and decoder, one learned scalar variance",
                "the maximum log-likelihood of probabilistic PCA", "exact: Tipping & Bishop 1999; Lucas et al. 2019",
                "gap <= 0.2 nats per example, variance within 1 %", "5 s", true,
                List.of(linear("linear-ppca", new Objective.Vae(1, 0), new Likelihood.GaussianScalar(), 1e-2, 1200)));
    }

    private static Row linearFa() {
        return new Row("linear-fa", "the 61 pixels of the digits that vary, in [0,1], centred, m = 8; linear encoder and decoder,"
                + " a learned variance per feature", "the log-likelihood of factor analysis by EM", "exact up to EM: Rubin & Thayer 1982",
                "gap <= 0.3 nats per example", "10 s", true,
                List.of(linear("linear-fa", new Objective.Vae(1, 0), new Likelihood.GaussianVector(), 1e-2, 1200)));
    }

    private static Row ring() {
        VaeSpec spec = new VaeSpec(4, List.of(), 2, List.of(64, 64), Activation.RELU, true, new Likelihood.Gaussian(1), new Objective.Autoencoder());
        TrainSpec train = TrainSpec.standard(30, SEED).withBatchSize(100).withOptimizer(new OptimizerSpec.Adam(3e-3))
                .withSchedule(new Schedule.Cosine(30, 0));
        return new Row("ring", "a decoder 2-64-64, ReLU, regressed on 20000 pairs of z ~ N(0,I) and z/10 + z/|z|, squared error:"
                + " what it makes of 100000 fresh z", "the law of the radius (and of the direction, which is uniform)",
                "exact; the example is of Doersch 2016", "total variation of 20 cells of equal probability <= 5 %", "5 s", true,
                List.of(new Case("ring", Material.RING, Normalization.Kind.NONE, spec, train, Training.DECODER, new Measure.Ring(0.05))));
    }

    private static Row pythaeVae() {
        double gamma = Math.pow(10, -0.2);
        TrainSpec train = TrainSpec.standard(500, SEED).withBatchSize(100).withOptimizer(new OptimizerSpec.Adam(1e-4))
                .withSchedule(new Schedule.Piecewise(List.of(200.0, 350.0), List.of(gamma, gamma * gamma)));
        Case only = new Case("pythae-vae", Material.BINARY_MNIST, Normalization.Kind.UNIT, VaeSpec.of(784, List.of(400), 40), train, Training.BEST,
                new Measure.Nll(200, OptionalDouble.of(89.78), 0.7, OptionalInt.empty()));
        return new Row("pythae-vae", "784-400-40-400-784, ReLU, binary MNIST (pixels drawn once; 50000 to train), batch 100, Adam 1e-4,"
                + " times 10^(-1/5) at epochs 200 and 350, 500 epochs, best by 10000 held-out examples; NLL by 200 importance samples",
                "NLL 89.78 nats", "Chadebec et al. 2022 (Pythae); their reference has 89.9", "+- 0.7", "30 min", false, List.of(only));
    }

    private static Row iwaeTable1() {
        List<Case> cases = List.of(
                iwae("vae-1", new Objective.Vae(1, 0), STAGES, 86.76, 19), iwae("vae-5", vae(5), STAGES, 86.47, 20),
                iwae("vae-50", vae(50), STAGES, 86.35, 20), iwae("iwae-5", new Objective.Iwae(5, false), STAGES, 85.54, 22),
                iwae("iwae-50", new Objective.Iwae(50, false), STAGES, 84.78, 25));
        return new Row("iwae-table1", burda("i = 0..7 (3280 epochs)"), "NLL of VAE k=1 86.76, k=5 86.47, k=50 86.35; IWAE k=5 85.54, k=50 84.78 nats",
                "Burda et al. 2016, table 1", "+- 0.5", "days", false, cases);
    }

    private static Row iwaeShort() {
        List<Case> cases = List.of(
                shortened("vae-1", new Objective.Vae(1, 0), OptionalDouble.of(90.35)), shortened("vae-5", vae(5), OptionalDouble.of(90.64)),
                shortened("vae-50", vae(50), OptionalDouble.empty()), shortened("iwae-5", new Objective.Iwae(5, false), OptionalDouble.of(88.50)),
                shortened("iwae-50", new Objective.Iwae(50, false), OptionalDouble.empty()));
        return new Row("iwae-short", burda("i = 0..4 (121 epochs)"),
                "NLL of VAE k=1 90.35, k=5 90.64; IWAE k=5 88.50 nats; for k=50 the first committed result becomes the figure",
                "this project's first results: bench/results/2026-11-21-amd-epyc-2core-reproduce.json", "+- 0.5", "hours", false, cases);
    }

    private static String burda(String stages) {
        return "784-200-200-50-200-200-784, tanh, Adam with epsilon 1e-4, batch 20, rate 1e-3 10^(-i/7) for 3^i epochs, " + stages
                + ", Glorot weights, dynamic binarization each epoch; NLL by 5000 importance samples";
    }

    private static Objective vae(int samples) {
        return new Objective.Vae(1, 0, 0, samples);
    }

    private static Case shortened(String name, Objective objective, OptionalDouble figure) {
        return burda(name, objective, SHORT_STAGES, new Measure.Nll(5000, figure, 0.5, OptionalInt.empty()));
    }

    private static Case iwae(String name, Objective objective, int stages, double figure, int activeUnits) {
        return burda(name, objective, stages, new Measure.Nll(5000, OptionalDouble.of(figure), 0.5, OptionalInt.of(activeUnits)));
    }

    private static Case burda(String name, Objective objective, int stages, Measure measure) {
        VaeSpec spec = new VaeSpec(784, List.of(200, 200), 50, List.of(200, 200), Activation.TANH, true, new Likelihood.Bernoulli(), objective);
        List<Double> milestones = new ArrayList<>();
        List<Double> factors = new ArrayList<>();
        int epochs = 1;
        for (int i = 1, length = 3; i < stages; i++, length *= 3) {
            milestones.add((double) epochs);
            factors.add(Math.pow(10, -i / 7.0));
            epochs += length;
        }
        TrainSpec train = TrainSpec.standard(epochs, SEED).withBatchSize(20).withOptimizer(new OptimizerSpec.Adam(1e-3, 0.9, 0.999, 1e-4))
                .withSchedule(new Schedule.Piecewise(milestones, factors)).withBinarization(Binarization.DYNAMIC)
                .withInitialization(Initialization.GLOROT);
        return new Case(name, Material.MNIST, Normalization.Kind.UNIT, spec, train, Training.LAST, measure);
    }
}
