package dev.fusedvae.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.backend.reference.ReferenceBackend;
import dev.fusedvae.data.DataSet;
import dev.fusedvae.data.Normalization;
import dev.fusedvae.eval.ExactRbm;
import dev.fusedvae.eval.Parameters;
import dev.fusedvae.eval.Rbm;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.RbmGraphs;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.run.RunOptions;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.RbmSpec;
import dev.fusedvae.spec.SpecException;
import dev.fusedvae.spec.TrainSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Restricted Boltzmann machines small enough for exact enumeration, and the engine's against it.
class RbmTest {
    private static final int V = 6;
    private static final int H = 4;
    private static final int ROWS = 20_000;
    private static final OptimizerSpec SGD = new OptimizerSpec.Sgd(0.05, 0.5);

    private static RbmSpec spec(int steps, boolean persistent) {
        return new RbmSpec(V, H, steps, persistent);
    }

    /// Rows of three patterns, one twice as often as each other.
    private static float[] patterns(int rows) {
        int[] states = {0b000111, 0b111000, 0b000111, 0b101010};
        float[] values = new float[rows * V];
        for (int r = 0; r < rows; r++) {
            System.arraycopy(ExactRbm.bits(states[r % 4], V), 0, values, r * V, V);
        }
        return values;
    }

    private static double[] empirical(float[] rows) {
        double[] p = new double[1 << V];
        for (int r = 0; r < rows.length / V; r++) {
            p[ExactRbm.state(rows, r * V, V)] += 1.0 * V / rows.length;
        }
        return p;
    }

    private static Feed feed(RbmSpec spec, int batch, float[] rows) {
        TrainSpec train = TrainSpec.standard(1, 7).withBatchSize(batch).withOptimizer(SGD);
        return new Feed.Training(new Examples.Floats(rows, spec.visible()), new StepTable(train, spec.autoencoder().objective(), rows.length / spec.visible()));
    }

    /// dW, dc, db of one step in a row.
    private static double[] gradient(Backend backend, RbmSpec spec, Parameters parameters, FusionLevel level) {
        Graph graph = RbmGraphs.training(spec, SGD, Binarization.NONE);
        Plan plan = Plan.of(graph, level, ROWS, Optional.of("test"));
        try (Executable executable = backend.load(plan, feed(spec, ROWS, patterns(ROWS)))) {
            parameters.write(executable, RbmGraphs.parameters(spec));
            if (spec.persistent()) {
                executable.write(graph.tensor(RbmGraphs.CHAIN), Rbm.coins(spec, ROWS, 21));
            }
            executable.run(0, 1, new double[2]);
            double[] all = new double[V * H + H + V];
            int at = 0;
            for (Tensor t : RbmGraphs.parameters(spec)) {
                for (float g : executable.read(graph.tensor(t.name() + ".grad"))) {
                    all[at++] = g;
                }
            }
            return all;
        }
    }

    /// ⟨·⟩ after k steps from the data, less ⟨·⟩ of the data.
    private static double[] expected(ExactRbm exact, double[] data, double[] model) {
        double[] m = exact.moments(model);
        double[] d = exact.moments(data);
        for (int i = 0; i < m.length; i++) {
            m[i] -= d[i];
        }
        return m;
    }

    /// Moments of binary products deviate by at most ½ in one draw, so 5 standard errors of ROWS draws are 2.5/√ROWS.
    private static void near(double[] expected, double[] got) {
        assertTrue(Arrays.stream(expected).map(Math::abs).max().orElseThrow() > 0.1, "something to find");
        assertArrayEquals(expected, got, 2.5 / Math.sqrt(ROWS));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void contrastiveDivergence_isTheExactExpectation_afterKSteps(int k) {
        RbmSpec spec = spec(k, false);
        Parameters parameters = ExactRbm.random(spec, 3);
        ExactRbm exact = new ExactRbm(spec, parameters);
        double[] data = empirical(patterns(ROWS));
        double[] model = data;
        for (int i = 0; i < k; i++) {
            model = exact.step(model);
        }
        try (CpuBackend cpu = new CpuBackend(2)) {
            near(expected(exact, data, model), gradient(cpu, spec, parameters, FusionLevel.LAYER));
        }
    }

    /// Chains that start from fair coins, independent of the data.
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void persistentDivergence_isTheExactExpectation_ofChainsAfterKSteps(int k) {
        RbmSpec spec = spec(k, true);
        Parameters parameters = ExactRbm.random(spec, 12);
        ExactRbm exact = new ExactRbm(spec, parameters);
        double[] chains = new double[1 << V];
        Arrays.fill(chains, 1.0 / chains.length);
        for (int i = 0; i < k; i++) {
            chains = exact.step(chains);
        }
        try (CpuBackend cpu = new CpuBackend(2)) {
            near(expected(exact, empirical(patterns(ROWS)), chains), gradient(cpu, spec, parameters, FusionLevel.LAYER));
        }
    }

    @Test
    void contrastiveDivergence_followsTheLikelihood_afterManySteps() {
        RbmSpec spec = spec(30, false);
        Parameters parameters = ExactRbm.random(spec, 4);
        ExactRbm exact = new ExactRbm(spec, parameters);
        try (CpuBackend cpu = new CpuBackend(2)) {
            near(expected(exact, empirical(patterns(ROWS)), exact.model()), gradient(cpu, spec, parameters, FusionLevel.LAYER));
        }
    }

    @Test
    void gradient_isTheSameOnReferenceAndCpu_atEveryLevel() {
        for (boolean persistent : new boolean[] {false, true}) {
            RbmSpec spec = spec(2, persistent);
            Parameters parameters = ExactRbm.random(spec, 5);
            try (CpuBackend cpu = new CpuBackend(2); ReferenceBackend reference = new ReferenceBackend()) {
                double[] exact = gradient(reference, spec, parameters, FusionLevel.NONE);
                for (FusionLevel level : List.of(FusionLevel.NONE, FusionLevel.EPILOGUE, FusionLevel.LAYER)) {
                    // a draw whose probability rounds past its word flips one unit of one row: at most 1/ROWS
                    assertArrayEquals(exact, gradient(cpu, spec, parameters, level), 2.0 / ROWS, level.toString());
                }
            }
        }
    }

    private static Parameters trained(RbmSpec spec, int threads, FusionLevel level, int epochs, float[] rows) {
        DataSet data = DataSet.ofFloats("patterns", rows.length / spec.visible(), spec.visible(), rows);
        return trained(spec, threads, level, TrainSpec.standard(epochs, 11).withBatchSize(10).withOptimizer(SGD), data);
    }

    private static Parameters trained(RbmSpec spec, int threads, FusionLevel level, TrainSpec train, DataSet data) {
        try (CpuBackend cpu = new CpuBackend(threads)) {
            return new RbmTrainer(spec, train, data, Normalization.none())
                    .run(cpu, RunOptions.defaults().withFusion(level), new RbmTrainer.Listener() { }).parameters();
        }
    }

    @Test
    void training_hasTheSameBits_forAnyThreadsAndLevel() {
        Random random = new Random(1);
        float[] rows = new float[73 * 37]; // a last batch of 3; widths that are no whole panel
        for (int i = 0; i < rows.length; i++) {
            rows[i] = random.nextInt(2);
        }
        for (boolean persistent : new boolean[] {false, true}) {
            RbmSpec spec = new RbmSpec(37, 41, 2, persistent);
            Parameters one = trained(spec, 1, FusionLevel.LAYER, 2, rows);
            assertEquals(one, trained(spec, 2, FusionLevel.LAYER, 2, rows));
            assertEquals(one, trained(spec, 3, FusionLevel.LAYER, 2, rows));
            assertEquals(one, trained(spec, 1, FusionLevel.NONE, 2, rows));
            assertEquals(one, trained(spec, 2, FusionLevel.EPILOGUE, 2, rows));
        }
    }

    private static double logLikelihood(RbmSpec spec, Parameters parameters, float[] rows) {
        double[] model = new ExactRbm(spec, parameters).model();
        double[] data = empirical(rows);
        double sum = 0;
        for (int v = 0; v < model.length; v++) {
            sum += data[v] * (data[v] > 0 ? Math.log(model[v]) : 0);
        }
        return sum;
    }

    private static double logLikelihoodOfTrained(RbmSpec spec, int epochs) {
        float[] rows = patterns(400);
        DataSet data = DataSet.ofFloats("patterns", 400, V, rows);
        TrainSpec train = TrainSpec.standard(epochs, 11).withBatchSize(100).withOptimizer(new OptimizerSpec.Sgd(0.05, 0));
        return logLikelihood(spec, trained(spec, 1, FusionLevel.LAYER, train, data), rows);
    }

    @Test
    void training_raisesTheExactLikelihood() {
        double start = logLikelihoodOfTrained(spec(1, false), 0);
        double contrastive = logLikelihoodOfTrained(spec(1, false), 1000);
        double persistent = logLikelihoodOfTrained(spec(1, true), 1000);
        double entropy = -1.5 * Math.log(2); // shares of one half and twice one quarter
        String figures = "start %s, CD-1 %s, PCD-1 %s, at most %s".formatted(start, contrastive, persistent, entropy);
        assertTrue(start < -3.5 && contrastive > start + 1.5 && contrastive <= entropy && persistent > start + 1.5 && persistent <= entropy, figures);
    }

    @Test
    void chains_go_onFromStepToStep_andOnlyThoseOfLiveRows() {
        RbmSpec spec = spec(1, true);
        Graph graph = RbmGraphs.training(spec, SGD, Binarization.NONE);
        int batch = 12;
        try (CpuBackend cpu = new CpuBackend(1);
                Executable executable = cpu.load(Plan.of(graph, FusionLevel.LAYER, batch), feed(spec, batch, patterns(16)))) {
            ExactRbm.random(spec, 6).write(executable, RbmGraphs.parameters(spec));
            Tensor chain = graph.tensor(RbmGraphs.CHAIN);
            float[] start = Rbm.coins(spec, batch, 3);
            executable.write(chain, start);
            executable.run(0, 1, new double[2]);
            float[] first = executable.read(chain);
            executable.run(1, 1, new double[2]); // the last batch has 4 rows
            float[] second = executable.read(chain);
            for (float s : second) {
                assertTrue(s == 0 || s == 1);
            }
            assertTrue(!Arrays.equals(start, first), "chains moved");
            assertArrayEquals(Arrays.copyOfRange(first, 4 * V, 12 * V), Arrays.copyOfRange(second, 4 * V, 12 * V));
            assertTrue(!Arrays.equals(Arrays.copyOf(first, 4 * V), Arrays.copyOf(second, 4 * V)));
        }
    }

    @Test
    void gibbsSamples_areDistributedAsTheModel() {
        RbmSpec spec = spec(1, false);
        Parameters parameters = ExactRbm.random(spec, 8);
        ExactRbm exact = new ExactRbm(spec, parameters);
        double[] rates = Arrays.copyOfRange(exact.moments(exact.model()), V * H + H, V * H + H + V);
        int chains = 8192;
        try (CpuBackend cpu = new CpuBackend(2)) {
            float[][] means = new Rbm(cpu, spec, parameters).sample(chains, 100, 5);
            for (int i = 0; i < V; i++) {
                double mean = 0;
                for (float[] row : means) {
                    mean += row[i] / chains;
                }
                assertEquals(rates[i], mean, 2.5 / Math.sqrt(chains));
            }
        }
    }

    @Test
    void plan_fusesEverySample_withTheLayerBeforeIt() {
        Graph graph = RbmGraphs.training(spec(3, false), SGD, Binarization.NONE);
        Plan plan = Plan.of(graph, FusionLevel.LAYER, 32);
        assertEquals(List.of(), plan.calls().stream().filter(c -> c.op().kind().label().equals("bernoulli_sample")).toList());
        assertEquals(3, plan.calls().stream().filter(c -> c.op().kind().label().equals("linear_bias_act_sample")).count());
        assertEquals(3, plan.calls().stream().filter(c -> c.op().kind().label().equals("transposed_bias_act_sample")).count());
    }

    @Test
    void impossibleMachines_areRefused() {
        assertEquals("Gibbs steps (cd) must be in 1..127, got 0", assertThrows(SpecException.class, () -> spec(0, false)).getMessage());
        assertEquals("hidden units must be in 1..1048576, got 0", assertThrows(SpecException.class, () -> new RbmSpec(4, 0, 1, false)).getMessage());
    }
}
