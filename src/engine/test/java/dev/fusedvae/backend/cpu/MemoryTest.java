package dev.fusedvae.backend.cpu;

import static dev.fusedvae.simd.Simd.PANEL;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.check.Trial;
import dev.fusedvae.check.Verifier;
import dev.fusedvae.graph.Layer;
import dev.fusedvae.graph.Op;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.Step;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.VaeSpec;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a step may rely on in memory and what it may touch.
class MemoryTest {
    private static final int MEMBERS = 2;
    private static final float SENTINEL = -7.25e-3f;
    /// Three steps an epoch, the last of one row.
    private static final int STEPS = 6;

    /// Activations that are not zero at zero fill padding columns with what no product may read.
    private static List<Trial> trials() {
        VaeSpec spec = VaeSpec.of(45, List.of(70, 33), 9).withActivation(Activation.SIGMOID);
        return List.of(
                Trial.of(spec, 50, 101, 1),
                Trial.of(spec.withLikelihood(new Likelihood.GaussianFeature()).withActivation(Activation.GELU), 10, 21, 2),
                Trial.of(spec.withLikelihood(new Likelihood.GaussianScalar()).withBias(false), 13, 27, 3).clipped(0.1),
                Trial.of(VaeSpec.of(33, List.of(), 40), 7, 15, 4));
    }

    /// NaN into everything that a step must write before it reads it.
    static void poison(CpuExecutable executable, int members) {
        Memory memory = executable.memory();
        int zeros = memory.zeros();
        int length = PANEL * padded(executable);
        Arrays.fill(memory.work, 0, zeros, Float.NaN);
        Arrays.fill(memory.work, zeros + length, memory.work.length, Float.NaN);
        for (int member = 0; member < members; member++) {
            Arrays.fill(memory.state, memory.gradientTile(member), memory.gradientTile(member) + 32 * 32 + 32, Float.NaN);
        }
        for (Tensor gradient : executable.plan().graph().tensors(Tensor.Role.GRADIENT)) {
            if (memory.holds(gradient) && memory.form(gradient) instanceof Form.Panels p) {
                Arrays.fill(memory.state, p.at(), Math.toIntExact(p.at() + p.size()), Float.NaN);
            }
        }
    }

    static boolean finite(float[] values) {
        for (float v : values) {
            if (!Float.isFinite(v)) {
                return false;
            }
        }
        return true;
    }

    private static int padded(CpuExecutable executable) {
        return (executable.plan().batch() + 3) / 4 * 4;
    }

    @ParameterizedTest
    @EnumSource(FusionLevel.class)
    void step_dependsOnNothingThatAStepBeforeLeftInWorkingMemory(FusionLevel level) {
        try (CpuBackend backend = new CpuBackend(MEMBERS)) {
            for (Trial trial : trials()) {
                for (Plan plan : List.of(trial.plan(level), Verifier.watched(trial.plan(level)))) {
                    CpuExecutable clean = backend.load(plan, trial.feed());
                    CpuExecutable poisoned = backend.load(plan, trial.feed());
                    trial.start(clean);
                    trial.start(poisoned);
                    for (int i = 0; i < STEPS; i++) {
                        poison(poisoned, MEMBERS);
                        double[] expected = new double[2];
                        double[] actual = new double[2];
                        clean.run(i, 1, expected);
                        poisoned.run(i, 1, actual);
                        assertArrayEquals(expected, actual);
                        assertSameSlots(clean, poisoned, trial, i);
                    }
                }
            }
        }
    }

    /// Slots that outlive the step: all of a watched plan, parameters and state of any.
    private static void assertSameSlots(CpuExecutable clean, CpuExecutable poisoned, Trial trial, int index) {
        Step step = new Step();
        trial.feed().fill(index, step);
        Set<Tensor> results = new HashSet<>(clean.plan().graph().results());
        for (Tensor t : clean.plan().slots()) {
            if (results.contains(t) || t.role() == Tensor.Role.PARAMETER || t.role() == Tensor.Role.STATE) {
                int live = Math.toIntExact(t.elements(step.rows()));
                float[] actual = Arrays.copyOf(poisoned.read(t), live);
                assertArrayEquals(Arrays.copyOf(clean.read(t), live), actual, () -> clean.plan().level() + ": " + t);
                assertTrue(finite(actual), () -> t + " is not finite");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(FusionLevel.class)
    void floats_betweenSlotsAreNeverWritten(FusionLevel level) {
        try (CpuBackend backend = new CpuBackend(MEMBERS)) {
            for (Trial trial : trials()) {
                CpuExecutable executable = backend.load(trial.plan(level), trial.feed());
                Memory memory = executable.memory();
                BitSet stateGaps = gaps(executable, memory.state);
                BitSet workGaps = gaps(executable, memory.work);
                stateGaps.stream().forEach(i -> memory.state[i] = SENTINEL);
                workGaps.stream().forEach(i -> memory.work[i] = SENTINEL);
                trial.start(executable);
                Trial.run(executable, STEPS);
                assertTrue(stateGaps.cardinality() >= 3 * Memory.PLACEMENT.guard() && workGaps.cardinality() >= 3 * Memory.PLACEMENT.guard());
                assertTrue(stateGaps.stream().allMatch(i -> memory.state[i] == SENTINEL), level + " wrote between slots of the state");
                assertTrue(workGaps.stream().allMatch(i -> memory.work[i] == SENTINEL), level + " wrote between slots of the batch");
            }
        }
    }

    /// The floats of `array` that belong to no slot.
    private static BitSet gaps(CpuExecutable executable, float[] array) {
        Memory memory = executable.memory();
        boolean state = array == memory.state;
        BitSet gaps = new BitSet();
        gaps.set(0, array.length);
        for (Tensor t : executable.plan().graph().tensors()) {
            if (memory.holds(t) && memory.array(t) == array) {
                gaps.clear(memory.form(t).at(), Math.toIntExact(memory.form(t).at() + memory.form(t).size()));
            }
            memory.copy(t).filter(copy -> state).ifPresent(copy -> gaps.clear(copy.at(), Math.toIntExact(copy.at() + copy.size())));
        }
        for (int member = 0; member < MEMBERS; member++) {
            int at = state ? memory.gradientTile(member) : memory.lanes(member);
            gaps.clear(at, at + (state ? 32 * 32 + 32 : 2 * 16 * padded(executable)));
        }
        if (!state) {
            gaps.clear(memory.zeros(), memory.zeros() + PANEL * padded(executable));
        }
        return gaps;
    }

    @ParameterizedTest
    @EnumSource(FusionLevel.class)
    void padding_ofGradientsByExampleIsZero(FusionLevel level) {
        try (CpuBackend backend = new CpuBackend(MEMBERS)) {
            for (Trial trial : trials()) {
                CpuExecutable executable = backend.load(Verifier.watched(trial.plan(level)), trial.feed());
                trial.start(executable);
                poison(executable, MEMBERS);
                Trial.run(executable, 1);
                Memory memory = executable.memory();
                int slots = 0;
                for (Op op : trial.graph().ops()) {
                    if (op instanceof Op.LinearBackwardWeight backward) {
                        slots++;
                        assertTrue(paddingIsZero(memory.work, memory.panels(backward.dY()), trial.train().batchSize()), level + ": " + backward.dY());
                    }
                }
                assertEquals(trial.graph().layers().size(), slots);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(FusionLevel.class)
    void padding_ofParametersAndStateStaysZero_andCopiesFollowTheirWeights(FusionLevel level) {
        try (CpuBackend backend = new CpuBackend(MEMBERS)) {
            for (Trial trial : trials()) {
                CpuExecutable executable = backend.load(trial.plan(level), trial.feed());
                trial.start(executable);
                Trial.run(executable, STEPS);
                Memory memory = executable.memory();
                for (Layer layer : trial.graph().layers()) {
                    Form.Panels w = memory.weight(layer.weight()).transposed();
                    assertTrue(paddingIsZero(memory.state, w, w.stride() / PANEL), layer.weight() + " at " + level);
                    layer.bias().ifPresent(b -> assertTrue(paddingIsZero(memory.state, memory.panels(b), 1), b + " at " + level));
                    memory.copy(layer.weight()).ifPresent(copy -> assertIsTranspose(memory.state, w, copy));
                }
            }
        }
    }

    private static boolean paddingIsZero(float[] m, Form.Panels form, int rows) {
        for (int p = 0; p < form.allPanels(); p++) {
            for (int r = 0; r < rows; r++) {
                for (int c = r < form.rows() ? form.valid(p % form.panels()) : 0; c < PANEL; c++) {
                    if (m[form.panel(p) + r * PANEL + c] != 0) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /// Element (k, n) of one is element (n, k) of the other, padding included.
    private static void assertIsTranspose(float[] m, Form.Panels w, Form.Panels copy) {
        for (int n = 0; n < w.allPanels() * PANEL; n++) {
            for (int k = 0; k < w.rows(); k++) {
                assertEquals(m[w.panel(n / 32) + k * 32 + n % 32], m[copy.panel(k / 32) + n * 32 + k % 32]);
            }
        }
    }
}
