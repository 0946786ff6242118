package dev.fusedvae.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.check.Trial;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Phase;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.VaeSpec;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Background is left out and not multiplied by: 0 · ∞ would show.
class BackgroundTest {
    private static final int FEATURES = 100;
    private static final int UNITS = 40;
    private static final int BATCH = 30;
    /// From here on every example is black.
    private static final int MARGIN = 75;
    private static final Trial TRIAL = Trial.of(VaeSpec.of(FEATURES, List.of(UNITS), 8), BATCH, BATCH, 3);

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void product_leavesOutInputsThatAreZeroInAllExamples(int threads) {
        Call call = call(Op.Linear.class);
        Op.Linear op = (Op.Linear) call.op().ops().getFirst();
        assertTrue(op.x().role() == Tensor.Role.INPUT, "the first layer's");
        float[] x = values(BATCH * FEATURES, i -> i % FEATURES >= MARGIN, 0);
        float[] dark = values(UNITS * FEATURES, i -> i % FEATURES >= MARGIN, Float.POSITIVE_INFINITY);
        assertTrue(finite(run(call, threads, Map.of(op.x(), x, op.layer().weight(), dark), op.y())));
        float[] seen = values(UNITS * FEATURES, i -> i % FEATURES == MARGIN - 1, Float.POSITIVE_INFINITY);
        assertFalse(finite(run(call, threads, Map.of(op.x(), x, op.layer().weight(), seen), op.y())), "a weight that is used must show");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void weightGradient_leavesOutExamplesThatAreZeroInNeighbouringFeatures(int threads) {
        Call call = call(Op.LinearBackwardWeight.class);
        Op.LinearBackwardWeight op = (Op.LinearBackwardWeight) call.op().ops().getFirst();
        float[] x = values(BATCH * FEATURES, i -> black(i / FEATURES), 0);
        float[] dark = values(BATCH * UNITS, i -> black(i / UNITS), Float.POSITIVE_INFINITY);
        assertTrue(finite(run(call, threads, Map.of(op.x(), x, op.dY(), dark), op.dW())));
        float[] seen = values(BATCH * UNITS, i -> i / UNITS == 1, Float.POSITIVE_INFINITY);
        assertFalse(finite(run(call, threads, Map.of(op.x(), x, op.dY(), seen), op.dW())), "a gradient that is used must show");
    }

    /// A fifth of the examples: a list is not taken for one of thirty.
    private static boolean black(int example) {
        return example % 5 == 0;
    }

    /// The call of the first layer that is `kind`, nothing fused.
    private static Call call(Class<? extends Op> kind) {
        return TRIAL.plan(FusionLevel.NONE).calls().stream().filter(c -> kind.isInstance(c.op().ops().getFirst()))
                .filter(c -> c.op().reads().stream().anyMatch(t -> t.role() == Tensor.Role.INPUT && t.width() == FEATURES)).findFirst().orElseThrow();
    }

    private static float[] run(Call call, int threads, Map<Tensor, float[]> inputs, Tensor output) {
        Plan all = TRIAL.plan(FusionLevel.NONE);
        Plan alone = new Plan(all.graph(), all.level(), BATCH, List.of(new Phase(0, List.of(call))), List.of());
        try (CpuBackend backend = new CpuBackend(threads)) {
            CpuExecutable executable = backend.load(alone, TRIAL.feed());
            inputs.forEach(executable::write);
            executable.run(0, 1, new double[0]);
            return executable.read(output);
        }
    }

    /// Random values, but `special` where `there`.
    private static float[] values(int count, IntPredicate there, float special) {
        SplittableRandom random = new SplittableRandom(5);
        float[] values = new float[count];
        IntStream.range(0, count).forEach(i -> values[i] = there.test(i) ? special : (float) random.nextDouble(0.1, 1));
        return values;
    }

    private static boolean finite(float[] values) {
        return IntStream.range(0, values.length).allMatch(i -> Float.isFinite(values[i]));
    }
}
