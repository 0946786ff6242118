package dev.fusedvae.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.reference.ReferenceBackend;
import dev.fusedvae.data.DataException;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.data.Split;
import dev.fusedvae.run.EpochMetrics;
import dev.fusedvae.run.History;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.run.TrainingInfo;
import dev.fusedvae.run.TrainingListener;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainerTest {
    private static final RunOptions OPTIONS = RunOptions.defaults();

    @Test
    void training_improvesTheTestElbo() {
        List<EpochMetrics> epochs = Digits.train(TrainSpec.standard(4, 1), OPTIONS, TrainingListener.SILENT).history().epochs();
        assertEquals(4, epochs.size());
        for (int i = 0; i < 4; i++) {
            EpochMetrics m = epochs.get(i);
            assertEquals(i + 1, m.epoch());
            assertEquals(m.test().elbo(), m.test().reconstruction() - m.test().kl());
            assertEquals(m.test().kl(), m.klPerLatent().stream().mapToDouble(k -> k).sum(), 1e-4);
            assertTrue(m.seconds() > 0 && m.examplesPerSecond() > 0);
            assertTrue(i == 0 || m.test().elbo() > epochs.get(i - 1).test().elbo(), "epoch " + (i + 1));
        }
    }

    @Test
    void result_hasTheSameBitsForAnyNumberOfThreads() {
        TrainingJob job = Digits.job(TrainSpec.standard(2, 5).withBatchSize(50).withBinarization(Binarization.DYNAMIC));
        Trained one = Digits.train(job, OPTIONS, TrainingListener.SILENT, 1);
        Trained three = Digits.train(job, OPTIONS, TrainingListener.SILENT, 3);
        assertEquals(one.parameters(), three.parameters());
        assertEquals(Digits.timeless(one), Digits.timeless(three));
    }

    @Test
    void fusionLevelsAndTheReference_agreeOnTheFigures() {
        TrainingJob job = Digits.job(TrainSpec.standard(1, 5));
        double fused = elbo(Digits.train(job, OPTIONS, TrainingListener.SILENT, 2));
        assertEquals(fused, elbo(Digits.train(job, OPTIONS.withFusion(FusionLevel.NONE), TrainingListener.SILENT, 2)), 1e-3);
        try (Backend reference = new ReferenceBackend()) {
            assertEquals(fused, elbo(Trainer.train(job, reference, OPTIONS, TrainingListener.SILENT, List.of())), 1e-3);
        }
    }

    @Test
    void seeds_giveDifferentModels() {
        assertNotEquals(Digits.train(TrainSpec.standard(1, 1), OPTIONS, TrainingListener.SILENT).parameters(),
                Digits.train(TrainSpec.standard(1, 2), OPTIONS, TrainingListener.SILENT).parameters());
    }

    @Test
    void noEpochs_giveTheInitialParameters() {
        TrainSpec train = TrainSpec.standard(0, 3);
        Trained trained = Digits.train(train, OPTIONS, TrainingListener.SILENT);
        assertEquals(Initializer.initial(Digits.SPEC, train.initialization(), 3), trained.parameters());
        assertEquals(History.none(), trained.history());
    }

    @Test
    void batchLargerThanTheData_isOneStepAnEpoch() {
        List<Long> steps = new ArrayList<>();
        Digits.train(TrainSpec.standard(2, 3).withBatchSize(4096), OPTIONS, new TrainingListener() {
            @Override
            public void progress(long step, long all, double elbo) {
                assertEquals(2, all);
                steps.add(step);
            }
        });
        assertEquals(List.of(1L, 2L), steps);
    }

    @Test
    void earlyStopping_restoresTheBestParameters() {
        // Nothing improves by 1000 nats, so epoch 1 stays the best and patience ends after epoch 3.
        Trained stopped = Digits.train(TrainSpec.standard(10, 3), OPTIONS.withPatience(2).withMinDelta(1000), TrainingListener.SILENT);
        Trained first = Digits.train(TrainSpec.standard(1, 3), OPTIONS, TrainingListener.SILENT);
        assertEquals(History.Ending.STOPPED_EARLY, stopped.history().ending());
        assertEquals(3, stopped.history().epochs().size());
        assertEquals(1, stopped.history().modelEpoch());
        assertEquals(first.parameters(), stopped.parameters());
    }

    @Test
    void patienceThatNeverEnds_keepsTheBestOfAllEpochs() {
        Trained trained = Digits.train(TrainSpec.standard(3, 3), OPTIONS.withPatience(5), TrainingListener.SILENT);
        assertEquals(History.Ending.COMPLETE, trained.history().ending());
        assertEquals(3, trained.history().modelEpoch());
    }

    @Test
    void listener_hearsStartProgressAndEpochsInOrder() {
        List<String> heard = new ArrayList<>();
        Digits.train(TrainSpec.standard(2, 3), OPTIONS, new TrainingListener() {
            @Override
            public void started(TrainingInfo info) {
                assertEquals(12, info.stepsPerEpoch());
                assertEquals(24, info.steps());
                assertEquals(1497, info.trainExamples());
                heard.add("started");
            }

            @Override
            public void progress(long step, long steps, double elbo) {
                assertTrue(elbo < 0 && elbo > -60, "elbo so far " + elbo);
                heard.add(step % 12 == 0 ? "end" : "progress");
            }

            @Override
            public void epoch(EpochMetrics metrics) {
                heard.add("epoch " + metrics.epoch());
            }
        });
        heard.removeIf("progress"::equals);
        assertEquals(List.of("started", "end", "epoch 1", "end", "epoch 2"), heard);
    }

    @Test
    void cancellation_returnsTheModelSoFar() {
        Trained trained = Digits.train(TrainSpec.standard(100, 3).withBatchSize(8), OPTIONS, Digits.cancelWhen(step -> step > 0));
        assertEquals(History.Ending.CANCELLED, trained.history().ending());
        assertTrue(trained.history().epochs().isEmpty());
        assertFalse(trained.parameters().equals(Initializer.initial(Digits.SPEC, TrainSpec.standard(1, 3).initialization(), 3)));
    }

    @Test
    void everyLikelihoodAndObjective_trains() {
        for (Likelihood likelihood : List.of(new Likelihood.Gaussian(0.1), new Likelihood.GaussianScalar(), new Likelihood.GaussianFeature())) {
            for (Objective objective : List.of(new Objective.Vae(0.5, 1), new Objective.Autoencoder())) {
                VaeSpec spec = Digits.SPEC.withLikelihood(likelihood).withObjective(objective);
                TrainingJob job = new TrainingJob(spec, TrainSpec.standard(3, 3), Digits.DATA, Digits.UNIT);
                List<EpochMetrics> epochs = Digits.train(job, OPTIONS, TrainingListener.SILENT, 2).history().epochs();
                String what = likelihood + ", " + objective;
                assertTrue(epochs.getLast().test().elbo() > epochs.getFirst().test().elbo(), what);
                assertEquals(objective instanceof Objective.Autoencoder, epochs.getLast().test().kl() == 0, what);
                assertEquals(objective instanceof Objective.Autoencoder ? 0 : 3, epochs.getLast().klPerLatent().size(), what);
            }
        }
    }

    @Test
    void dataThatTheModelCannotTake_isRefusedByNameAndExample() {
        Split raw = new Split(Digits.DATA.train().slice(0, 20), Digits.DATA.test().slice(0, 20));
        refused(Digits.SPEC, TrainSpec.standard(1, 1), raw, Normalization.none(),
                "digits train: example 0, feature 2 is 5.0 after normalization, but a bernoulli likelihood needs values in [0, 1]");
        refused(Digits.SPEC.withLikelihood(new Likelihood.Gaussian(1)), TrainSpec.standard(1, 1).withBinarization(Binarization.DYNAMIC), raw,
                Normalization.none(), "but dynamic binarization needs values in [0, 1]; use normalization unit");
        refused(Digits.SPEC.withLikelihood(new Likelihood.Gaussian(1)), TrainSpec.standard(1, 1).withBinarization(Binarization.THRESHOLD), raw,
                Normalization.center(raw.train()), "but threshold binarization needs values in [0, 1]");
        refused(VaeSpec.of(63, List.of(4), 2), TrainSpec.standard(1, 1), raw, Digits.UNIT,
                "digits train has 64 features but the model takes 63");
        Split beyond = new Split(DataSet.of(new float[][] {{0, 2}, {1, 0}}).withName("a"), DataSet.of(new float[][] {{0, 1}, {3, 0}}).withName("b"));
        refused(VaeSpec.of(2, List.of(), 1), TrainSpec.standard(1, 1), beyond, Normalization.unit(beyond.train()),
                "b: example 1, feature 0 is 1.5 after normalization");
    }

    private static void refused(VaeSpec spec, TrainSpec train, Split data, Normalization normalization, String sentence) {
        String message = assertThrows(DataException.class, () -> new TrainingJob(spec, train, data, normalization)).getMessage();
        assertTrue(message.contains(sentence), message);
    }

    private static double elbo(Trained trained) {
        return trained.history().epochs().getLast().test().elbo();
    }
}
