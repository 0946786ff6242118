package dev.fusedvae.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.backend.reference.ReferenceBackend;
import dev.fusedvae.data.Catalogue;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.data.Split;
import dev.fusedvae.run.MarginalLikelihood;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.run.TrainingListener;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import dev.fusedvae.train.Trainer;
import dev.fusedvae.train.TrainingJob;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The NLL of trained models: 64-24-3 on the 8x8 digits, ReLU, 8 epochs, 5000 importance samples of 8 test digits. Rows are
/// enough for everything that the estimate does in blocks: chunks of 1000 are ten blocks of 96 rows and a piece of one.
class TrainedLikelihoodTest {
    private static final Split DIGITS = Catalogue.load("digits", Optional.empty(), Map.of());
    private static final Normalization UNIT = Normalization.unit(DIGITS.train());
    private static final Examples SOME = Inputs.examples(DIGITS.test().slice(0, 8), UNIT);
    private static final int SAMPLES = 5000;
    private static final long SEED = 31;
    /// Roundings in a row on the way to a log-weight: four products over 64, 24, 3 and 24 terms, a sum over 64 features, and
    /// a dozen for what stands between them; twice, as [dev.fusedvae.check.Tolerance] has it.
    private static final double ROUNDINGS = 2 * (64 + 24 + 3 + 24 + 64 + 12);

    static List<Likelihood> likelihoods() {
        return List.of(new Likelihood.Bernoulli(), new Likelihood.GaussianFeature(), new Likelihood.GaussianVector(),
                new Likelihood.ContinuousBernoulli());
    }

    private static VaeSpec spec(Likelihood likelihood) {
        return VaeSpec.of(64, List.of(24), 3).withLikelihood(likelihood);
    }

    private static Parameters trained(VaeSpec spec) {
        TrainingJob job = new TrainingJob(spec, TrainSpec.standard(8, 1).withBatchSize(32), DIGITS, UNIT);
        try (Backend cpu = new CpuBackend(2)) {
            return Trainer.train(job, cpu, RunOptions.defaults(), TrainingListener.SILENT, List.of()).parameters();
        }
    }

    private static MarginalLikelihood estimate(Backend backend, VaeSpec spec, Parameters p, long seed) {
        return new ImportanceSampling(backend, spec, Binarization.NONE, p, SAMPLES).evaluate(SOME, seed, done -> { });
    }

    @ParameterizedTest
    @MethodSource("likelihoods")
    void nll_isThatOfAStraightImplementation_andOfTheReferenceWithinItsError(Likelihood likelihood) {
        VaeSpec spec = spec(likelihood);
        Parameters p = trained(spec);
        StraightLikelihood straight = new StraightLikelihood(spec, p, SEED);
        try (Backend cpu = new CpuBackend(2); Backend one = new CpuBackend(1); Backend reference = new ReferenceBackend()) {
            MarginalLikelihood fast = estimate(cpu, spec, p, SEED);
            MarginalLikelihood exact = estimate(reference, spec, p, SEED);
            double worst = 0;
            for (int e = 0; e < SOME.count(); e++) {
                StraightLikelihood.Estimate expected = straight.of(SOME, e, SAMPLES);
                double rounding = ROUNDINGS * 0x1p-24 * expected.size();
                worst = Math.max(worst, Math.abs(expected.logLikelihood() - fast.logLikelihoods()[e]) / rounding);
                assertEquals(expected.logLikelihood(), fast.logLikelihoods()[e], rounding, "cpu, example " + e);
                // in double, but read as floats
                assertEquals(expected.logLikelihood(), exact.logLikelihoods()[e], 4 * Math.ulp((float) expected.size()), "reference, example " + e);
            }
            MarginalLikelihood other = estimate(reference, spec, p, SEED + 1);
            double error = Math.hypot(fast.standardError(), other.standardError());
            System.out.printf("%s: nll cpu %.5f, reference %.5f (same noise) and %.5f (other noise), standard error %.5f; largest difference %.3f of the bound%n",
                    likelihood.flag(), fast.nll(), exact.nll(), other.nll(), error, worst);
            assertTrue(error > 0 && error < 0.1, "standard error " + error);
            assertEquals(fast.nll(), other.nll(), 4 * error);
            assertArrayEquals(fast.logLikelihoods(), estimate(one, spec, p, SEED).logLikelihoods(), 2e-5, "batches of one thread");
        }
    }

    @ParameterizedTest
    @MethodSource("likelihoods")
    void threadsDoNotShowInTheBits(Likelihood likelihood) {
        VaeSpec spec = spec(likelihood);
        Parameters p = trained(spec);
        try (Backend one = new CpuBackend(1); Backend two = new CpuBackend(2); Backend three = new CpuBackend(3)) {
            double[] expected = chunked(one, spec, p);
            assertArrayEquals(expected, chunked(two, spec, p), "2 threads");
            assertArrayEquals(expected, chunked(three, spec, p), "3 threads");
        }
    }

    private static double[] chunked(Backend backend, VaeSpec spec, Parameters p) {
        return new ImportanceSampling(backend, spec, Binarization.NONE, p, 1000, 250, 6).evaluate(SOME, SEED, done -> { }).logLikelihoods();
    }
}
