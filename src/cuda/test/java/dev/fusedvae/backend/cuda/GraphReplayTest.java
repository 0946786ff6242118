package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.DivergedException;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.cuda.lowering.Control;
import dev.fusedvae.backend.cuda.lowering.Replay;
import dev.fusedvae.check.Trial;
import dev.fusedvae.check.Verifier;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.run.CudaChoice;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Replayed graphs give the same bits as launches on the stream, at any step and after any change of the feed.
@Tag("simt")
class GraphReplayTest {
    /// 7 examples in batches of 3: three steps per epoch, the last one with one row.
    private static final Trial TRIAL = Trial.of(VaeSpec.of(6, List.of(5), 2), 3, 7, 11).binarized(Binarization.DYNAMIC);
    /// A first step, three large graphs, a tail.
    private static final int STEPS = 1 + 3 * Replay.STEPS + 5;

    private static final int OUT_OF_MEMORY = 2;

    private static CudaBackend stream;
    private static CudaBackend graphs;

    @BeforeAll
    static void open() {
        stream = Simt.open(CudaChoice.DEFAULT.withReplay(CudaChoice.Replay.STREAM));
        graphs = Simt.open(CudaChoice.DEFAULT.withReplay(CudaChoice.Replay.GRAPH));
    }

    @AfterEach
    void asBefore() {
        StandIn.schedule("forward", 1);
        StandIn.failAt(0, 0);
    }

    @AfterAll
    static void close() {
        if (stream != null && graphs != null) {
            stream.close();
            graphs.close();
        }
    }

    /// The losses of `steps` steps, and all parameters and moments after them.
    private static List<float[]> train(CudaBackend backend, Trial trial, int[] runs) {
        List<float[]> all = new ArrayList<>();
        try (Executable executable = backend.load(trial.plan(FusionLevel.EPILOGUE), trial.feed())) {
            trial.start(executable);
            run(executable, 0, runs, all);
            state(executable, all);
        }
        return all;
    }

    private static void run(Executable executable, long first, int[] runs, List<float[]> all) {
        long step = first;
        for (int count : runs) {
            double[] metrics = new double[2 * count];
            executable.run(step, count, metrics);
            step += count;
            for (double m : metrics) {
                all.add(new float[] {(float) m, (float) (m - (float) m)});
            }
        }
    }

    private static void state(Executable executable, List<float[]> all) {
        Graph graph = executable.plan().graph();
        graph.tensors(Tensor.Role.PARAMETER).forEach(t -> all.add(executable.read(t)));
        graph.tensors(Tensor.Role.STATE).forEach(t -> all.add(executable.read(t)));
    }

    private static void assertSame(List<float[]> expected, List<float[]> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(bits(expected.get(i)), bits(actual.get(i)), "value " + i);
        }
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
        return bits;
    }

    @Test
    void replay_hasTheBitsOfTheStream() {
        List<float[]> expected = train(stream, TRIAL, new int[] {STEPS});
        assertTrue(Math.abs(expected.getFirst()[0]) > 1, "a loss that means something");
        for (String order : List.of("forward", "reverse", "random")) {
            StandIn.schedule(order, 5);
            assertSame(expected, train(graphs, TRIAL, new int[] {STEPS}));
        }
    }

    @Test
    void runsOfAnyLength_atOddAndEvenSteps_addUpToOneRun() {
        List<float[]> expected = train(stream, TRIAL, new int[] {STEPS});
        assertSame(expected, train(graphs, TRIAL, new int[] {1, 2, 66, 0, 1, 64, STEPS - 134}));
    }

    @Test
    void runLongerThanTheStepTable_hasTheBitsOfTheStream() {
        Trial small = Trial.of(VaeSpec.of(3, List.of(), 1), 2, 5, 3);
        int[] runs = {Control.RECORDS + Replay.STEPS + 3};
        assertSame(train(stream, small, runs), train(graphs, small, runs));
    }

    @Test
    void oneGraphReplayedAgain_drawsFreshNoise() {
        Plan plan = Verifier.watched(TRIAL.plan(FusionLevel.NONE));
        Tensor eps = plan.graph().tensor("eps");
        try (Executable executable = graphs.load(plan, TRIAL.feed())) {
            TRIAL.start(executable);
            executable.run(0, 1, new double[0]);
            List<float[]> drawn = new ArrayList<>();
            for (int replay = 0; replay < 3; replay++) {
                long launched = StandIn.count("calls");
                executable.run(1 + replay * Replay.STEPS, Replay.STEPS, new double[0]);
                assertTrue(replay == 0 || StandIn.count("calls") - launched < 10, "the graph is captured once");
                drawn.add(executable.read(eps));
            }
            Set<Float> distinct = drawn.stream().map(e -> e[0]).collect(Collectors.toSet());
            assertEquals(3, distinct.size(), "values of one element after three replays");
        }
    }

    /// Context, step table, base, graph, losses, wait.
    @Test
    void steadyRun_ofSixtyFourStepsIsSixCallsOfTheDriver() {
        try (Executable executable = graphs.load(TRIAL.plan(FusionLevel.EPILOGUE), TRIAL.feed())) {
            TRIAL.start(executable);
            long before = StandIn.count("graphs");
            executable.run(0, 1 + Replay.STEPS + 1, new double[0]);
            assertEquals(2, StandIn.count("graphs") - before, "a graph of 64 steps and one of one step; no captured graph is left beside them");
            long calls = StandIn.count("calls");
            executable.run(66, Replay.STEPS, new double[0]);
            assertEquals(6, StandIn.count("calls") - calls);
        }
    }

    @Test
    void graphs_goWithTheirExecutable() {
        long before = StandIn.count("graphs");
        train(graphs, TRIAL, new int[] {70});
        assertEquals(before, StandIn.count("graphs"));
        train(stream, TRIAL, new int[] {70});
        assertEquals(before, StandIn.count("graphs"));
    }

    /// Another seed changes the keys of noise and order, and other examples change the address and size of the data. All of these are
    /// arguments, of which a captured launch has a copy. The larger set comes first, because the permutation would not end for positions
    /// beyond a set.
    @Test
    void anotherFeed_isWhatGraphsReadFromThenOn() {
        Trial other = Trial.of(TRIAL.spec(), 3, 23, 99).binarized(Binarization.DYNAMIC);
        List<List<float[]>> results = new ArrayList<>();
        for (CudaBackend backend : List.of(stream, graphs)) {
            List<float[]> all = new ArrayList<>();
            try (Executable executable = backend.load(TRIAL.plan(FusionLevel.EPILOGUE), other.feed())) {
                TRIAL.start(executable);
                run(executable, 0, new int[] {70}, all);
                executable.feed(TRIAL.feed());
                run(executable, 70, new int[] {70, 3}, all);
                executable.feed(other.feed());
                run(executable, 143, new int[] {2, 65}, all);
                state(executable, all);
            }
            results.add(all);
        }
        assertSame(results.getFirst(), results.get(1));
    }

    @Test
    void examplesChangedInPlace_areReadByTheGraphsThatAreThere() {
        List<List<float[]>> results = new ArrayList<>();
        for (CudaBackend backend : List.of(stream, graphs)) {
            float[] values = ((Examples.Floats) TRIAL.examples()).values().clone();
            Trial own = TRIAL.with(new Examples.Floats(values, TRIAL.spec().features()));
            List<float[]> all = new ArrayList<>();
            try (Executable executable = backend.load(own.plan(FusionLevel.EPILOGUE), own.feed())) {
                own.start(executable);
                run(executable, 0, new int[] {70}, all);
                for (int i = 0; i < values.length; i++) {
                    values[i] = 1 - values[i];
                }
                executable.examplesChanged();
                run(executable, 70, new int[] {70}, all);
            }
            results.add(all);
        }
        assertSame(results.getFirst(), results.get(1));
    }

    @Test
    void inference_replaysWithTheBitsOfTheStream() {
        Trial many = Trial.of(TRIAL.spec(), 3, 3 * 70 + 1, 5);
        Graph elbo = Graphs.elbo(TRIAL.spec(), Binarization.DYNAMIC);
        List<List<float[]>> results = new ArrayList<>();
        for (CudaBackend backend : List.of(stream, graphs)) {
            Feed.Inference feed = new Feed.Inference(many.examples(), 3, 8);
            List<float[]> all = new ArrayList<>();
            try (Executable executable = backend.load(Plan.of(elbo, FusionLevel.EPILOGUE, 3), feed)) {
                TRIAL.start(executable);
                run(executable, 0, new int[] {feed.steps()}, all);
                all.add(executable.read(elbo.results().getFirst()));
            }
            results.add(all);
        }
        assertSame(results.getFirst(), results.get(1));
    }

    @Test
    void checkedStep_betweenReplays_readsItsOwnRecord() {
        try (Executable executable = graphs.load(TRIAL.plan(FusionLevel.EPILOGUE), TRIAL.feed())) {
            TRIAL.start(executable);
            List<float[]> mixed = new ArrayList<>();
            run(executable, 0, new int[] {67}, mixed); // the base word is not zero after it
            assertTrue(executable.runChecked(67).isEmpty());
            state(executable, mixed);
            List<float[]> expected = train(stream, TRIAL, new int[] {68});
            assertSame(expected.subList(2 * 68, expected.size()), mixed.subList(2 * 67, mixed.size()));
        }
    }

    /// Each call of the run that captures fails once: begin, launches, end, instantiation, replay. The next run, on the same executable,
    /// must then succeed: the stream is not left capturing.
    @Test
    void captureThatFails_isEndedAndTheNextRunCapturesAgain() {
        double[] expected = new double[2 * 65];
        double[] metrics = new double[2 * 65];
        Plan plan = Plan.of(Graphs.elbo(TRIAL.spec(), Binarization.NONE), FusionLevel.EPILOGUE, 3); // leaves no state behind
        Feed feed = new Feed.Inference(Trial.of(TRIAL.spec(), 3, 3 * 65, 5).examples(), 3, 8);
        try (Executable executable = graphs.load(plan, feed)) {
            TRIAL.start(executable);
            executable.run(0, 65, expected);
            executable.feed(feed);
            long calls = StandIn.count("calls");
            executable.run(0, 65, metrics);
            long all = StandIn.count("calls") - calls;
            int failed = 0;
            executable.feed(feed);
            long held = StandIn.count("graphs");
            for (long n = 1; n <= all; n += n < 20 || n > all - 12 ? 1 : 9) {
                StandIn.failAt(n, OUT_OF_MEMORY);
                try {
                    executable.run(0, 65, metrics);
                } catch (IllegalStateException e) {
                    failed++;
                }
                StandIn.failAt(0, 0);
                Arrays.fill(metrics, 0);
                executable.run(0, 65, metrics);
                assertArrayEquals(expected, metrics, "after call " + n + " of " + all);
                executable.feed(feed);
                assertEquals(held, StandIn.count("graphs"), "after call " + n);
            }
            assertTrue(failed > 40 && failed < all, failed + " of " + all + " calls failed");
        }
    }

    @Test
    void divergence_isReportedAtTheStepOfTheStream() {
        Trial wild = TRIAL.with(new OptimizerSpec.Sgd(40, 0.99));
        List<Long> steps = new ArrayList<>();
        for (CudaBackend backend : List.of(stream, graphs)) {
            try (Executable executable = backend.load(wild.plan(FusionLevel.EPILOGUE), wild.feed())) {
                wild.start(executable);
                double[] metrics = new double[2 * 200];
                DivergedException e = assertThrows(DivergedException.class, () -> executable.run(0, 200, metrics));
                steps.add(e.step());
                int at = Math.toIntExact(e.step());
                assertTrue(Double.isFinite(metrics[2 * at - 1]), "the step before is fine");
                assertFalse(Double.isFinite(metrics[2 * at] + metrics[2 * at + 1]), "the step named is not");
                assertEquals(0, metrics[2 * at + 2], "and nothing is told of later ones");
            }
        }
        assertTrue(steps.getFirst() > 1, "replays come before it: step " + steps.getFirst());
        assertEquals(steps.getFirst(), steps.get(1));
    }
}
