package dev.fusedvae;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.DataException;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.data.Split;
import dev.fusedvae.run.BackendChoice;
import dev.fusedvae.run.Evaluation;
import dev.fusedvae.run.History;
import dev.fusedvae.run.MarginalLikelihood;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.run.TrainingListener;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VaeTest {
    private static final Split DIGITS = Catalogue.load("digits", Optional.empty(), Map.of());
    private static final VaeSpec SPEC = VaeSpec.of(64, List.of(24), 3);
    private static final int CALLERS = 16;

    private static Vae vae;

    private static Vae train(VaeSpec spec, TrainSpec train, Normalization normalization) {
        return Vae.train(spec, train, DIGITS, normalization, RunOptions.defaults().withBackend(new BackendChoice("cpu", 2)),
                TrainingListener.SILENT);
    }

    @BeforeAll
    static void train() {
        vae = train(SPEC, TrainSpec.standard(3, 1), Normalization.unit(DIGITS.train()));
    }

    @AfterAll
    static void close() {
        vae.close();
    }

    @Test
    void encodeDecodeReconstruct_fitTogether() {
        Codes codes = vae.encode(DIGITS.test());
        float[][] reconstructed = vae.reconstruct(DIGITS.test());
        assertArrayEquals(vae.decode(codes.mu()), reconstructed);
        assertEquals(300, codes.logVar().length);
        for (float p : reconstructed[17]) {
            assertTrue(p > 0 && p < 1, "a probability, not " + p);
        }
    }

    /// The ELBO is a bound on what importance sampling estimates, and the estimate grows with the samples.
    @Test
    void logLikelihood_isAboveTheElboAndGrowsWithTheSamples() {
        List<Integer> progress = new ArrayList<>();
        MarginalLikelihood many = vae.logLikelihood(DIGITS.test(), 200, progress::add);
        MarginalLikelihood few = vae.logLikelihood(DIGITS.test(), 2, done -> { });
        double elbo = vae.evaluate(DIGITS.test()).elbo();
        assertEquals(DIGITS.test().size(), progress.getLast());
        assertEquals(DIGITS.test().size(), many.logLikelihoods().length);
        assertTrue(elbo < few.mean() && few.mean() < many.mean() && many.mean() < 0, elbo + " < " + few.mean() + " < " + many.mean());
        assertTrue(many.standardError() > 0 && many.standardError() < 0.1, "standard error " + many.standardError());
    }

    @Test
    void rowsOfRawValues_encodeAsTheDataSetThatHoldsThem() {
        float[][] rows = new float[5][64];
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 64; j++) {
                rows[i][j] = DIGITS.test().raw(i, j);
            }
        }
        assertArrayEquals(vae.encode(DIGITS.test().slice(0, 5)).mu(), vae.encode(rows).mu());
    }

    @Test
    void resultOfARow_doesNotDependOnItsNeighbours() {
        float[][] all = vae.encode(DIGITS.train()).mu();
        assertArrayEquals(all[1000], vae.encode(DIGITS.train().slice(1000, 1001)).mu()[0]);
    }

    @Test
    void evaluation_isThatOfTrainingAndAddsUp() {
        Evaluation e = vae.evaluate(DIGITS.test());
        assertEquals(vae.history().epochs().getLast().test().elbo(), e.elbo());
        assertEquals(vae.history().epochs().getLast().klPerLatent(), e.klPerLatent());
        double sum = 0;
        for (int i = 0; i < e.examples(); i++) {
            sum += e.elbo(i);
        }
        assertEquals(e.elbo(), sum / 300, 1e-9);
        assertTrue(e.activeUnits() >= 1 && e.activeUnits() <= 3);
        assertEquals(active(vae.encode(DIGITS.test()).mu()), e.activeUnits());
    }

    /// Columns whose variance exceeds 0.01, by the textbook formula in two passes.
    private static int active(float[][] mu) {
        int active = 0;
        for (int j = 0; j < mu[0].length; j++) {
            int column = j;
            double mean = Arrays.stream(mu).mapToDouble(row -> row[column]).average().orElseThrow();
            double variance = Arrays.stream(mu).mapToDouble(row -> Math.pow(row[column] - mean, 2)).average().orElseThrow();
            active += variance > 0.01 ? 1 : 0;
        }
        return active;
    }

    @Test
    void sixteenCallers_getTheBitsOfOne() throws InterruptedException, ExecutionException {
        List<Callable<Object[]>> calls = new ArrayList<>();
        for (int caller = 0; caller < CALLERS; caller++) {
            // Small inputs for the pool, large ones for whoever gets the threads.
            DataSet part = DIGITS.train().slice(caller * 10, caller * 10 + (caller % 2 == 0 ? 3 : 700));
            int seed = caller;
            calls.add(() -> {
                Codes codes = vae.encode(part);
                return new Object[] {codes.mu(), codes.logVar(), vae.decode(codes.mu()), vae.sample(20, seed), vae.draw(90, seed),
                        new double[] {vae.evaluate(part).elbo()}};
            });
        }
        List<Object[]> serial = new ArrayList<>();
        for (Callable<Object[]> call : calls) {
            serial.add(assertCall(call));
        }
        try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
            for (int round = 0; round < 3; round++) {
                List<Future<Object[]>> parallel = callers.invokeAll(calls);
                for (int i = 0; i < CALLERS; i++) {
                    assertArrayEquals(serial.get(i), parallel.get(i).get(), "caller " + i + ", round " + round);
                }
            }
        }
    }

    private static Object[] assertCall(Callable<Object[]> call) {
        try {
            return call.call();
        } catch (Exception e) {
            throw new AssertionError("a serial call failed", e);
        }
    }

    @Test
    void savedAndLoaded_isTheSameModelOnAnyBackend(@TempDir Path folder) {
        vae.save(folder);
        float[][] samples = vae.sample(4, 9);
        try (Vae loaded = Vae.load(folder, BackendChoice.of("cpu")); Vae reference = Vae.load(folder, BackendChoice.of("reference"))) {
            assertEquals(vae.spec(), loaded.spec());
            assertEquals(vae.trainSpec(), loaded.trainSpec());
            assertEquals(vae.history(), loaded.history());
            assertEquals(vae.image(), loaded.image());
            assertEquals(vae.environment(), loaded.environment());
            assertEquals("digits", loaded.dataName());
            assertArrayEquals(samples, loaded.sample(4, 9));
            assertEquals("reference", reference.backendName());
            for (int i = 0; i < 4; i++) {
                assertArrayEquals(samples[i], reference.sample(4, 9)[i], 1e-5f);
            }
            assertEquals(vae.evaluate(DIGITS.test()).elbo(), reference.evaluate(DIGITS.test()).elbo(), 1e-4);
        }
    }

    @Test
    void samples_dependOnTheSeedAlone() {
        float[][] few = vae.sample(3, 5);
        float[][] many = vae.sample(600, 5);
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(few[i], many[i]);
        }
        assertTrue(few[0][20] != vae.sample(1, 6)[0][20]);
        assertEquals(0, vae.sample(0, 5).length);
    }

    @Test
    void drawsOfABernoulliModel_areBitsWithTheProbabilitiesOfTheSamples() {
        int count = 4000;
        float[][] p = vae.sample(count, 5);
        float[][] x = vae.draw(count, 5);
        double excess = 0;
        double variance = 0;
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < 64; j++) {
                assertTrue(x[i][j] == 0 || x[i][j] == 1);
                excess += x[i][j] - p[i][j];
                variance += p[i][j] * (1 - p[i][j]);
            }
        }
        assertTrue(Math.abs(excess) < 4 * Math.sqrt(variance), excess + " against a deviation of " + Math.sqrt(variance));
    }

    @Test
    void drawsOfGaussianModels_spreadByTheirVariance() {
        for (Likelihood likelihood : List.of(new Likelihood.Gaussian(0.25), new Likelihood.GaussianScalar(), new Likelihood.GaussianFeature())) {
            try (Vae gaussian = train(SPEC.withLikelihood(likelihood), TrainSpec.standard(1, 1), Normalization.unit(DIGITS.train()))) {
                float[][] mean = gaussian.sample(500, 2);
                float[][] x = gaussian.draw(500, 2);
                double squares = 0;
                double sum = 0;
                for (int i = 0; i < 500; i++) {
                    for (int j = 0; j < 64; j++) {
                        sum += x[i][j] - mean[i][j];
                        squares += Math.pow(x[i][j] - mean[i][j], 2);
                    }
                }
                double variance = squares / 32000;
                assertTrue(Math.abs(sum) < 4 * Math.sqrt(squares), likelihood.flag());
                if (likelihood instanceof Likelihood.Gaussian) {
                    assertEquals(0.25, variance, 0.01);
                } else {
                    // One epoch of Adam moves log σ² of 0 by little.
                    assertTrue(variance > 0.3 && variance < 1.5, likelihood.flag() + ": " + variance);
                }
            }
        }
    }

    @Test
    void autoencoder_hasCodesAndNoKl() {
        try (Vae plain = train(SPEC.withObjective(new Objective.Autoencoder()), TrainSpec.standard(3, 1).withBatchSize(16), Normalization.unit(DIGITS.train()))) {
            assertEquals(0, plain.encode(DIGITS.test()).logVar()[0].length);
            Evaluation e = plain.evaluate(DIGITS.test());
            assertEquals(0, e.kl());
            assertEquals(e.reconstruction(), e.elbo());
            assertEquals(List.of(), e.klPerLatent());
            assertEquals(3, e.activeUnits());
            assertEquals(64, plain.sample(1, 1)[0].length);
        }
    }

    @Test
    void untrainedModel_canBeEvaluated() {
        try (Vae untrained = train(SPEC, TrainSpec.standard(0, 1), Normalization.unit(DIGITS.train()))) {
            assertEquals(History.none(), untrained.history());
            // 64 coins: an untrained decoder's probabilities lie around one half.
            assertEquals(-64 * Math.log(2), untrained.evaluate(DIGITS.test()).reconstruction(), 1.5);
        }
    }

    @Test
    void dynamicBinarization_encodesIntensitiesAndScoresBits() {
        TrainSpec dynamic = TrainSpec.standard(2, 1).withBinarization(Binarization.DYNAMIC);
        try (Vae bits = train(SPEC, dynamic, Normalization.unit(DIGITS.train()))) {
            float[][] once = bits.encode(DIGITS.test()).mu();
            assertArrayEquals(once[7], bits.encode(DIGITS.test().slice(7, 8)).mu()[0]);
            assertEquals(bits.history().epochs().getLast().test().elbo(), bits.evaluate(DIGITS.test()).elbo());
            // The same data as floats: the integer law and the float law differ in the last bits of a threshold only.
            assertEquals(bits.evaluate(DIGITS.test()).elbo(), bits.evaluate(DIGITS.test().asFloats()).elbo(), 1e-3);
        }
    }

    @Test
    void trainedIntoAFolder_isSavedThere(@TempDir Path folder) {
        RunOptions options = RunOptions.defaults().withBackend(new BackendChoice("cpu", 1)).withOut(folder);
        try (Vae trained = Vae.train(SPEC, TrainSpec.standard(1, 1), DIGITS, Normalization.unit(DIGITS.train()), options, TrainingListener.SILENT);
             Vae loaded = Vae.load(folder)) {
            assertEquals("1", loaded.environment().get("threads"));
            assertEquals("layer", loaded.environment().get("fusion"));
            assertEquals(System.getProperty("java.runtime.version"), loaded.environment().get("java"));
            assertTrue(loaded.environment().keySet().containsAll(List.of("backend", "device", "vectorBits", "os", "arch")));
            assertArrayEquals(trained.sample(2, 1), loaded.sample(2, 1));
        }
    }

    @Test
    void wrongInput_isRefusedInOneSentence() {
        assertEquals("data has 3 features but the model takes 64; give it data of that width or train a model for this data",
                assertThrows(DataException.class, () -> vae.encode(new float[2][3])).getMessage());
        assertEquals("rows of z must have 3 values, got 4",
                assertThrows(IllegalArgumentException.class, () -> vae.decode(new float[2][4])).getMessage());
        assertThrows(DataException.class, () -> vae.evaluate(DataSet.of(new float[][] {filled(17)})));
        assertThrows(IllegalArgumentException.class, () -> vae.sample(-1, 0));
        assertThrows(IllegalArgumentException.class, () -> vae.session(0, 1));
    }

    private static float[] filled(float value) {
        float[] row = new float[64];
        Arrays.fill(row, value);
        return row;
    }

    @Test
    void closedModel_saysSo() {
        Vae shut = train(SPEC, TrainSpec.standard(0, 1), Normalization.unit(DIGITS.train()));
        shut.close();
        assertEquals("this model is closed", assertThrows(IllegalStateException.class, () -> shut.sample(1, 1)).getMessage());
    }
}
