package dev.fusedvae.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.check.Trial;
import dev.fusedvae.fuse.Budget;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Fusion as a countable fact: launches, bytes, order.
class PlanTest {
    private static final VaeSpec CANONICAL = VaeSpec.of(784, List.of(400), 20);

    /// That of the cuda backend, which a test there compares with its kernels.
    private static final Budget BUDGET = new Budget(8, 16L << 20, 32L << 10);

    private static Graph training(VaeSpec spec, OptionalDouble clip) {
        return Graphs.training(spec, new OptimizerSpec.Adam(1e-3), clip, Binarization.NONE);
    }

    private static Plan plan(VaeSpec spec, FusionLevel level, int batch) {
        return Plan.of(training(spec, OptionalDouble.empty()), Fusion.of(level).within(BUDGET), batch);
    }

    @Test
    void layer_runsTheCanonicalNetInSixPhases() {
        Plan plan = plan(CANONICAL, FusionLevel.LAYER, 128);
        List<List<Kind>> kinds = plan.phases().stream()
                .map(p -> p.calls().stream().map(c -> c.op().kind()).sorted().toList()).toList();
        assertEquals(List.of(
                List.of(Kind.GATHER_LINEAR_BIAS_ACT),
                List.of(Kind.LATENT_FORWARD),
                List.of(Kind.OUTPUT_LIKELIHOOD),
                List.of(Kind.LINEAR_BACKWARD_DATA_ACT),
                List.of(Kind.LATENT_BACKWARD, Kind.LINEAR_BACKWARD_UPDATE),
                List.of(Kind.REDUCE_LOSS, Kind.LINEAR_BACKWARD_UPDATE, Kind.LINEAR_BACKWARD_UPDATE, Kind.LINEAR_BACKWARD_UPDATE)),
                kinds);
    }

    @Test
    void launches_ofTheCanonicalNetFallWithTheLevel() {
        assertEquals(41, plan(CANONICAL, FusionLevel.NONE, 128).launches());
        assertEquals(17, plan(CANONICAL, FusionLevel.EPILOGUE, 128).launches());
        assertEquals(6, plan(CANONICAL, FusionLevel.LAYER, 128).launches());
    }

    @Test
    void bytes_ofTheCanonicalNetFallWithTheLevel() {
        long none = plan(CANONICAL, FusionLevel.NONE, 128).cost().bytes();
        long epilogue = plan(CANONICAL, FusionLevel.EPILOGUE, 128).cost().bytes();
        long layer = plan(CANONICAL, FusionLevel.LAYER, 128).cost().bytes();
        assertTrue(layer < epilogue && epilogue < none, none + " " + epilogue + " " + layer);
        // Adam reads and writes w, m, v: 24 bytes a parameter; forward and data gradients read the weights once each.
        long parameters = 24L * 652_824 + 4L * 652_824 + 4L * (652_824 - 784 * 400);
        assertTrue(layer > parameters && layer <= 24_825_256, "layer moves " + layer + " bytes");
    }

    @Test
    void layer_keepsWeightGradientsAndLogitsFromMemory() {
        Plan plan = plan(CANONICAL, FusionLevel.LAYER, 128);
        Set<Tensor> slots = new HashSet<>(plan.slots());
        assertTrue(plan.graph().tensors(Tensor.Role.GRADIENT).stream().noneMatch(slots::contains));
        assertFalse(slots.contains(plan.graph().tensor("y")));
        assertTrue(plan(CANONICAL, FusionLevel.NONE, 128).slots().containsAll(plan.graph().tensors()));
    }

    @Test
    void parameters_ofTheCanonicalNetAre652824() {
        Graph graph = training(CANONICAL, OptionalDouble.empty());
        assertEquals(652_824, graph.tensors(Tensor.Role.PARAMETER).stream().mapToLong(t -> t.elements(1)).sum());
    }

    @Test
    void flops_ofTheCanonicalNetAreThoseOfItsProducts() {
        long products = plan(CANONICAL, FusionLevel.LAYER, 128).calls().stream().flatMap(c -> c.op().ops().stream())
                .mapToLong(op -> switch (op) {
                    case Op.Linear o -> 2L * 128 * o.layer().weight().elements(1);
                    case Op.LinearBackwardData o -> 2L * 128 * o.layer().weight().elements(1);
                    case Op.LinearBackwardWeight o -> 2L * 128 * o.layer().weight().elements(1);
                    default -> 0;
                }).sum();
        assertEquals(419.8e6, products, 0.05e6);
    }

    @Test
    void clipping_addsOneLaunchAndBringsGradientsToMemory() {
        Plan plan = Plan.of(training(CANONICAL, OptionalDouble.of(1)), FusionLevel.LAYER, 128);
        assertEquals(7, plan.launches());
        assertTrue(plan.slots().containsAll(plan.graph().tensors(Tensor.Role.GRADIENT)));
        assertTrue(plan.notes().stream().anyMatch(n -> n.contains("clipping")), plan.notes().toString());
    }

    @Test
    void latentPhases_areSplitWhenRowBlocksWouldReadTooManyWeights() {
        VaeSpec wide = VaeSpec.of(784, List.of(4096), 512);
        Plan plan = plan(wide, FusionLevel.LAYER, 1024);
        // not even the heads alone fit: each latent phase falls into three
        assertEquals(10, plan.launches());
        assertEquals(2, plan.notes().stream().filter(n -> n.contains("%,d".formatted(BUDGET.rereadBytes()))).count());
        assertTrue(plan.notes().contains("latent_forward is split before reparam_kl: its row blocks would read 2,147,483,648 bytes of weights again,"
                + " the budget is 16,777,216"), plan.notes().toString());
        assertTrue(plan.calls().stream().noneMatch(c -> c.op().kind() == Kind.LATENT_FORWARD || c.op().kind() == Kind.LATENT_BACKWARD));
        // heads and z fit, and dz: one more launch each
        Plan half = plan(VaeSpec.of(784, List.of(1024), 20), FusionLevel.LAYER, 600);
        assertEquals(8, half.launches(), half.notes().toString());
        assertEquals(List.of(Kind.LATENT_FORWARD, Kind.LATENT_BACKWARD), half.calls().stream().map(c -> c.op().kind())
                .filter(k -> k == Kind.LATENT_FORWARD || k == Kind.LATENT_BACKWARD).toList());
        // without an encoder layer the forward phase gathers, too, and the backward one has a single product; without a decoder layer
        // the forward one has
        VaeSpec decoder = new VaeSpec(4096, List.of(), 512, List.of(4096), Activation.TANH, true, new Likelihood.Bernoulli(), new Objective.Vae(1, 0));
        assertEquals(5 + 3 + 1, plan(decoder, FusionLevel.LAYER, 1024).launches());
        assertEquals(4 + 2 + 1, plan(VaeSpec.of(4096, List.of(), 512), FusionLevel.LAYER, 1024).launches());
    }

    @Test
    void backendWithoutRowBlocks_hasNothingSplit() {
        Plan plan = Plan.of(training(VaeSpec.of(784, List.of(4096), 2048), OptionalDouble.empty()), FusionLevel.LAYER, 1024);
        assertEquals(6, plan.launches());
        assertEquals(List.of(), plan.notes());
    }

    @Test
    void latentForward_isSplitWhereARowBlockCannotKeepZ() {
        VaeSpec fits = new VaeSpec(9, List.of(4), 1024, List.of(3), Activation.TANH, true, new Likelihood.Bernoulli(), new Objective.Vae(1, 0));
        VaeSpec wide = new VaeSpec(9, List.of(4), 1025, List.of(3), Activation.TANH, true, new Likelihood.Bernoulli(), new Objective.Vae(1, 0));
        assertEquals(6, plan(fits, FusionLevel.LAYER, 4).launches());
        Plan split = plan(wide, FusionLevel.LAYER, 4);
        assertEquals(7, split.launches());
        assertEquals(List.of("latent_forward is split before decoder.0: its row blocks would keep 32,800 bytes of z in shared memory, the budget is 32,768"),
                split.notes());
        assertTrue(split.calls().stream().anyMatch(c -> c.op().kind() == Kind.LATENT_FORWARD), "heads and z stay together");
    }

    @Test
    void productAlone_isLeftToTiles() {
        Plan plan = Plan.of(Graphs.encode(CANONICAL, Binarization.NONE), FusionLevel.LAYER, 128);
        assertEquals(List.of(Kind.GATHER_LINEAR_BIAS_ACT, Kind.LINEAR_BIAS_ACT), plan.calls().stream().map(c -> c.op().kind()).toList());
    }

    /// The design's formula, for latent phases that fit their budget: 2(E + D + 1) + [E = 0] + [D = 0] + [whole gradients].
    /// What one that does not costs more, the split of latent phases above counts; [Fuser] says why.
    @Test
    void launches_followTheFormulaOverRandomSpecs() {
        Random random = new Random(20260101);
        for (int trial = 0; trial < 60; trial++) {
            int e = random.nextInt(4);
            int d = random.nextInt(4);
            boolean clip = random.nextInt(4) == 0;
            VaeSpec spec = randomSpec(random, e, d);
            Plan plan = Plan.of(training(spec, clip ? OptionalDouble.of(5) : OptionalDouble.empty()), FusionLevel.LAYER, 1 + random.nextInt(64));
            int expected = 2 * (e + d + 1) + (e == 0 ? 1 : 0) + (d == 0 ? 1 : 0) + (clip ? 1 : 0);
            assertEquals(expected, plan.launches(), spec + " clip " + clip);
        }
    }

    /// Free bits and corruption cost no launch; importance weights one where the latent layer follows the output's at once.
    @Test
    void layer_launchesAsManyForEveryObjective_andOneMoreForImportanceWeightsWithoutADecoderLayer() {
        Random random = new Random(3);
        for (int trial = 0; trial < 60; trial++) {
            int e = random.nextInt(4);
            int d = random.nextInt(4);
            VaeSpec spec = Trial.anySpec(random, e, d);
            int expected = 2 * (e + d + 1) + (e == 0 ? 1 : 0) + (d == 0 ? 1 : 0)
                    + (d == 0 && spec.objective() instanceof Objective.Iwae ? 1 : 0);
            assertEquals(expected, Plan.of(training(spec, OptionalDouble.empty()), FusionLevel.LAYER, 8).launches(), spec.toString());
        }
    }

    /// At no level but the lowest does a weighed gradient reach memory: each sum weighs the rows it reads.
    @Test
    void weighedGradients_neverReachMemoryAboveNone() {
        VaeSpec spec = CANONICAL.withObjective(new Objective.Iwae(5, true));
        for (FusionLevel level : List.of(FusionLevel.EPILOGUE, FusionLevel.LAYER)) {
            Plan plan = plan(spec, level, 20);
            assertTrue(plan.slots().stream().noneMatch(t -> t.name().endsWith(".w") || t.name().endsWith(".w2")), plan.slots().toString());
        }
        assertTrue(plan(spec, FusionLevel.NONE, 20).slots().stream().anyMatch(t -> t.name().equals("y.d.w")));
    }

    static VaeSpec randomSpec(Random random, int e, int d) {
        Activation[] activations = Activation.values();
        Likelihood[] likelihoods = {new Likelihood.Bernoulli(), new Likelihood.Gaussian(0.5),
            new Likelihood.GaussianScalar(), new Likelihood.GaussianFeature()};
        return new VaeSpec(1 + random.nextInt(40), widths(random, e), 1 + random.nextInt(9), widths(random, d),
                activations[random.nextInt(activations.length)], random.nextInt(4) > 0,
                likelihoods[random.nextInt(likelihoods.length)],
                random.nextInt(3) == 0 ? new Objective.Autoencoder() : new Objective.Vae(1, 0));
    }

    private static List<Integer> widths(Random random, int n) {
        return IntStream.range(0, n).map(i -> 1 + random.nextInt(50)).boxed().toList();
    }

    @ParameterizedTest
    @EnumSource(FusionLevel.class)
    void everyConflictOfTheGraph_keepsItsOrderInThePlan(FusionLevel level) {
        Random random = new Random(7);
        for (int trial = 0; trial < 40; trial++) {
            VaeSpec spec = Trial.anySpec(random, random.nextInt(4), random.nextInt(4));
            Graph graph = training(spec, random.nextInt(3) == 0 ? OptionalDouble.of(1) : OptionalDouble.empty());
            Plan plan = Plan.of(graph, level, 7);
            assertEquals(new HashSet<>(graph.ops()), new HashSet<>(plan.calls().stream().flatMap(c -> c.op().ops().stream()).toList()));
            for (int i = 0; i < graph.ops().size(); i++) {
                for (int j = i + 1; j < graph.ops().size(); j++) {
                    Op first = graph.ops().get(i);
                    Op second = graph.ops().get(j);
                    if (conflict(first, second)) {
                        assertTrue(place(plan, first) < place(plan, second) || sameCall(plan, first, second),
                                level + ": " + first + " must precede " + second);
                    }
                }
            }
        }
    }

    private static boolean conflict(Op a, Op b) {
        return a.writes().stream().anyMatch(t -> b.reads().contains(t) || b.writes().contains(t))
                || a.reads().stream().anyMatch(b.writes()::contains);
    }

    private static int place(Plan plan, Op op) {
        return plan.phases().stream().filter(p -> p.calls().stream().anyMatch(c -> c.op().ops().contains(op)))
                .findFirst().orElseThrow().index();
    }

    private static boolean sameCall(Plan plan, Op a, Op b) {
        return plan.calls().stream().anyMatch(c -> c.op().ops().indexOf(a) >= 0
                && c.op().ops().indexOf(a) < c.op().ops().indexOf(b));
    }

    @Test
    void adam_updatesOnlyAfterDataGradReadsWeights() {
        Plan plan = plan(CANONICAL, FusionLevel.LAYER, 128);
        for (Op op : plan.graph().ops()) {
            if (op instanceof Op.LinearBackwardData data) {
                Op update = plan.graph().ops().stream().filter(o -> o instanceof Op.Update u
                        && u.parameter().equals(data.layer().weight())).findFirst().orElseThrow();
                assertTrue(place(plan, data) < place(plan, update), data + " and " + update);
            }
        }
    }

    @Test
    void phase_refusesCallsThatTouchOneTensor() {
        Plan plan = plan(CANONICAL, FusionLevel.LAYER, 128);
        List<Call> conflicting = List.of(plan.phases().get(0).calls().getFirst(), plan.phases().get(1).calls().getFirst());
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> new Phase(0, conflicting));
        assertTrue(e.getMessage().contains("read after write of encoder.0.h"), e.getMessage());
    }

    @Test
    void epoch_isRefusedWithTheReason() {
        String message = assertThrows(IllegalArgumentException.class, () -> FusionLevel.parse("epoch")).getMessage();
        assertTrue(message.contains("does not exist yet"), message);
    }
}
