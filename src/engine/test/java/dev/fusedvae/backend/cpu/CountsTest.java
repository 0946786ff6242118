package dev.fusedvae.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.check.Trial;
import dev.fusedvae.check.Verifier;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.VaeSpec;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Fusion as countable facts of what was executed.
class CountsTest {
    private static final Trial CANONICAL = Trial.of(VaeSpec.of(784, List.of(400), 20), 32, 96, 5);
    private static final Trial DEEP = Trial.of(VaeSpec.of(40, List.of(30, 20), 4), 8, 24, 5).clipped(1);

    @ParameterizedTest
    @EnumSource(FusionLevel.class)
    void calls_executedAreThoseOfThePlan(FusionLevel level) {
        for (int members : new int[] {1, 2}) {
            try (CpuBackend backend = new CpuBackend(members)) {
                for (Trial trial : List.of(CANONICAL, DEEP)) {
                    Plan plan = trial.plan(level);
                    CpuExecutable executable = backend.load(plan, trial.feed());
                    trial.start(executable);
                    Trial.run(executable, 3);
                    assertEquals(3L * plan.calls().size(), executable.executedCalls());
                    // few rows: the gather is a stretch of its own, so that the first product is cut along panels
                    assertTrue(executable.barriers() <= plan.launches() + 1, executable.barriers() + " stretches between barriers");
                }
            }
        }
    }

    /// Every slot of the plan is written, and nothing else but what stages of one call hand to each other.
    @ParameterizedTest
    @EnumSource(FusionLevel.class)
    void slots_writtenAreThoseOfThePlan(FusionLevel level) {
        try (CpuBackend backend = new CpuBackend(1)) {
            for (Trial trial : List.of(CANONICAL, DEEP)) {
                Plan plan = Verifier.watched(trial.plan(level));
                CpuExecutable executable = backend.load(plan, trial.feed());
                trial.start(executable);
                Set<Tensor> held = plan.graph().tensors().stream().filter(executable.memory()::holds).collect(Collectors.toSet());
                Set<Tensor> expected = new HashSet<>(plan.slots());
                if (level == FusionLevel.LAYER) {
                    expected.add(plan.graph().tensor("z.d"));
                }
                assertEquals(expected, held);
                MemoryTest.poison(executable, 1);
                Trial.run(executable, 1);
                for (Tensor t : held) {
                    assertTrue(MemoryTest.finite(executable.read(t)), () -> t + " was not written");
                }
            }
        }
    }

    @Test
    void levels_executeFewerCallsAndWriteFewerFloatsOneAfterTheOther() {
        Map<FusionLevel, Long> floats = new EnumMap<>(FusionLevel.class);
        Map<FusionLevel, Integer> calls = new EnumMap<>(FusionLevel.class);
        Map<FusionLevel, Long> bytes = new EnumMap<>(FusionLevel.class);
        try (CpuBackend backend = new CpuBackend(1)) {
            for (FusionLevel level : FusionLevel.values()) {
                Plan plan = CANONICAL.plan(level);
                CpuExecutable executable = backend.load(plan, CANONICAL.feed());
                calls.put(level, plan.calls().size());
                bytes.put(level, executable.arenaBytes());
                floats.put(level, plan.calls().stream().flatMap(c -> c.op().writes().stream()).mapToLong(t -> t.elements(32)).sum());
            }
        }
        assertEquals(Map.of(FusionLevel.NONE, 41, FusionLevel.EPILOGUE, 17, FusionLevel.LAYER, 10), calls);
        assertTrue(floats.get(FusionLevel.LAYER) < floats.get(FusionLevel.EPILOGUE), floats.toString());
        assertTrue(floats.get(FusionLevel.EPILOGUE) < floats.get(FusionLevel.NONE), floats.toString());
        assertTrue(bytes.get(FusionLevel.LAYER) < bytes.get(FusionLevel.EPILOGUE) && bytes.get(FusionLevel.EPILOGUE) <= bytes.get(FusionLevel.NONE),
                bytes.toString());
    }

    /// Weight gradients at LAYER: not in memory at all.
    @Test
    void layer_hasNoMemoryForGradientsOfWeights() {
        try (CpuBackend backend = new CpuBackend(1)) {
            Plan plan = CANONICAL.plan(FusionLevel.LAYER);
            Memory memory = backend.load(plan, CANONICAL.feed()).memory();
            assertTrue(plan.graph().tensors(Tensor.Role.GRADIENT).stream().noneMatch(memory::holds));
            assertTrue(plan.graph().ops().stream().anyMatch(op -> op instanceof Op.LinearBackwardWeight));
        }
    }
}
