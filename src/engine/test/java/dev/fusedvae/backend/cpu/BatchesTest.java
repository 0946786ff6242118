package dev.fusedvae.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.DivergedException;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.reference.ReferenceBackend;
import dev.fusedvae.check.Trial;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.Step;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// How steps are cut: into batches, runs and epochs.
class BatchesTest {
    private static final VaeSpec SPEC = VaeSpec.of(45, List.of(40), 5).withActivation(Activation.TANH);
    private static final int BATCH = 16;
    /// The last of five batches has one row.
    private static final int COUNT = 4 * BATCH + 1;

    private static String checksum(Trial trial, FusionLevel level, int threads, int... runs) {
        try (CpuBackend backend = new CpuBackend(threads)) {
            CpuExecutable executable = backend.load(trial.plan(level), trial.feed());
            trial.start(executable);
            int steps = Arrays.stream(runs).sum();
            double[] all = new double[2 * steps];
            int first = 0;
            for (int run : runs) {
                double[] metrics = new double[2 * run];
                executable.run(first, run, metrics);
                System.arraycopy(metrics, 0, all, 2 * first, metrics.length);
                first += run;
            }
            assertTrue(Arrays.stream(all).noneMatch(m -> m == 0));
            CRC32 crc = new CRC32();
            TrainChecksum.update(crc, executable, all);
            return Long.toHexString(crc.getValue());
        }
    }

    @ParameterizedTest
    @EnumSource(FusionLevel.class)
    void runs_ofAnyLengthGiveTheSameBits(FusionLevel level) {
        Trial trial = Trial.of(SPEC, BATCH, COUNT, 6).binarized(Binarization.DYNAMIC);
        String whole = checksum(trial, level, 2, 17);
        assertEquals(whole, checksum(trial, level, 2, 17));
        assertEquals(whole, checksum(trial, level, 2, 1, 3, 1, 5, 2, 5));
        assertEquals(whole, checksum(trial, level, 1, 4, 4, 4, 4, 1));
    }

    /// Each example once an epoch, at its true batch size: the reference says so step by step.
    @ParameterizedTest
    @EnumSource(FusionLevel.class)
    void lastBatch_isTrainedAtItsTrueSize(FusionLevel level) {
        for (int count : new int[] {COUNT, COUNT + 2, COUNT + 14, BATCH - 5}) {
            Trial trial = Trial.of(SPEC, BATCH, count, 6).with(new OptimizerSpec.Sgd(1e-2, 0));
            Executable reference = new ReferenceBackend().load(trial.plan(FusionLevel.NONE), trial.feed());
            trial.start(reference);
            int steps = 2 * trial.feed().table().stepsPerEpoch();
            double[] expected = Trial.run(reference, steps);
            try (CpuBackend backend = new CpuBackend(2)) {
                Executable executable = backend.load(trial.plan(level), trial.feed());
                trial.start(executable);
                assertArrayEquals(expected, Trial.run(executable, steps), 1e-5 * Math.abs(expected[0]), count + " examples");
            }
        }
    }

    private static Map<String, float[]> inference(CpuBackend backend, Graph graph, FusionLevel level, Trial trial, int batch, List<String> results) {
        Feed.Inference feed = new Feed.Inference(trial.examples(), batch, 77);
        CpuExecutable executable = backend.load(Plan.of(graph, level, batch), feed);
        trial.start(executable);
        Map<String, float[]> all = new HashMap<>();
        for (String name : results) {
            all.put(name, new float[Math.toIntExact(graph.tensor(name).elements(trial.examples().count()))]);
        }
        for (int i = 0; i < feed.steps(); i++) {
            executable.run(i, 1, new double[0]);
            Step step = new Step();
            feed.fill(i, step);
            for (String name : results) {
                Tensor t = graph.tensor(name);
                System.arraycopy(executable.read(t), 0, all.get(name), step.position() * t.width(), step.rows() * t.width());
            }
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource(FusionLevel.class)
    void inference_givesTheSameBitsAtAnyBatchSize(FusionLevel level) {
        for (Likelihood likelihood : Trial.LIKELIHOODS) {
            VaeSpec spec = SPEC.withLikelihood(likelihood);
            Trial trial = Trial.of(spec, BATCH, COUNT, 6);
            Graph graph = Graphs.elbo(spec, likelihood instanceof Likelihood.Bernoulli ? Binarization.DYNAMIC : Binarization.NONE);
            try (CpuBackend one = new CpuBackend(1); CpuBackend two = new CpuBackend(2)) {
                Map<String, float[]> whole = inference(one, graph, level, trial, COUNT, List.of("ll", "kl", "heads"));
                assertTrue(whole.get("kl")[3] > 0 && whole.get("ll")[3] != 0);
                for (int batch : new int[] {1, 2, 7, 32}) {
                    for (CpuBackend backend : List.of(one, two)) {
                        inference(backend, graph, level, trial, batch, List.of("ll", "kl", "heads")).forEach(
                                (name, values) -> assertArrayEquals(whole.get(name), values, name + " at batch " + batch));
                    }
                }
            }
        }
    }

    @Test
    void inference_ofTheReferenceAgrees() {
        for (Graph graph : List.of(Graphs.elbo(SPEC, Binarization.NONE), Graphs.encode(SPEC, Binarization.NONE))) {
            Trial trial = Trial.of(SPEC, BATCH, COUNT, 6);
            Executable reference = new ReferenceBackend().load(Plan.of(graph, FusionLevel.NONE, COUNT), new Feed.Inference(trial.examples(), COUNT, 77));
            trial.start(reference);
            reference.run(0, 1, new double[0]);
            try (CpuBackend backend = new CpuBackend(2)) {
                for (Tensor t : graph.results()) {
                    float[] expected = reference.read(t);
                    float[] actual = inference(backend, graph, FusionLevel.LAYER, trial, 7, List.of(t.name())).get(t.name());
                    assertArrayEquals(expected, actual, 1e-4f, t.name());
                }
            }
        }
    }

    @Test
    void siblings_readTheParametersOfTheirModel() {
        Trial trial = Trial.of(SPEC, BATCH, COUNT, 6);
        Graph graph = Graphs.elbo(SPEC, Binarization.NONE);
        try (CpuBackend backend = new CpuBackend(2)) {
            CpuExecutable model = backend.load(Plan.of(graph, FusionLevel.LAYER, BATCH), new Feed.Inference(trial.examples(), BATCH, 77));
            trial.start(model);
            model.run(0, 1, new double[0]);
            float[] expected = Arrays.copyOf(model.read(graph.tensor("ll")), 3);
            for (CpuExecutable sibling : List.of(
                    model.sibling(Plan.of(graph, FusionLevel.EPILOGUE, 3), new Feed.Inference(trial.examples(), 3, 77)),
                    model.serialSibling(Plan.of(graph, FusionLevel.LAYER, 3), new Feed.Inference(trial.examples(), 3, 77)))) {
                sibling.run(0, 1, new double[0]);
                assertArrayEquals(expected, sibling.read(graph.tensor("ll")));
            }
        }
    }

    /// Encoder and decoder of this model take the same number of floats, at the same places: names must tell them apart.
    @Test
    void siblings_ofAnotherGraphAreRefused() {
        VaeSpec spec = VaeSpec.of(6, List.of(), 3).withBias(false).withObjective(new Objective.Autoencoder());
        Trial trial = Trial.of(spec, 4, 8, 6);
        try (CpuBackend backend = new CpuBackend(1)) {
            CpuExecutable encoder = backend.load(Plan.of(Graphs.encode(spec, Binarization.NONE), FusionLevel.LAYER, 4),
                    new Feed.Inference(trial.examples(), 4, 1));
            Plan decoder = Plan.of(Graphs.decode(spec), FusionLevel.LAYER, 4);
            Feed codes = new Feed.Inference(new Examples.Floats(new float[12], 3), 4, 1);
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> encoder.sibling(decoder, codes));
            assertEquals("only plans of one graph can share parameters", e.getMessage());
        }
    }

    @ParameterizedTest
    @EnumSource(FusionLevel.class)
    void training_stopsAfterTheStepWhoseLossIsNotFinite(FusionLevel level) {
        float[] values = new float[45 * COUNT];
        Arrays.fill(values, 0.5f);
        values[45 * 7 + 3] = Float.NaN;
        Trial trial = Trial.of(SPEC, BATCH, COUNT, 6).with(new Examples.Floats(values, 45));
        long expected = assertThrows(DivergedException.class, () -> {
            Executable reference = new ReferenceBackend().load(trial.plan(FusionLevel.NONE), trial.feed());
            trial.start(reference);
            Trial.run(reference, 5);
        }).step();
        try (CpuBackend backend = new CpuBackend(3)) {
            CpuExecutable executable = backend.load(trial.plan(level), trial.feed());
            trial.start(executable);
            assertEquals(expected, assertThrows(DivergedException.class, () -> Trial.run(executable, 5)).step());
            trial.start(executable);
            String name = executable.runChecked(expected).orElseThrow();
            assertTrue(name.endsWith(" wrote x[B, 45]"), name);
        }
    }
}
