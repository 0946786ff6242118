package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.check.Tolerance;
import dev.fusedvae.check.Trial;
import dev.fusedvae.check.Verifier;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.spec.FusionLevel;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The checks for a list of trials on the device under test, which is compared with the definition and the CPU path.
abstract class DeviceTrials {
    static final List<FusionLevel> LEVELS = List.of(FusionLevel.values());

    /// The backend of the test class that runs.
    static CudaBackend cuda;

    @BeforeAll
    static void open() {
        cuda = DeviceUnderTest.open();
    }

    @AfterAll
    static void close() {
        if (cuda != null) { // null if the machine cannot build the device
            assertEquals(0, cuda.allocatedBytes(), "device memory that no executable gave back");
            cuda.close();
        }
    }

    abstract List<Trial> trials();

    @Test
    void everyCallOfAStep_computesItsDefinition() {
        for (Trial trial : trials()) {
            for (FusionLevel level : LEVELS) {
                try (Executable executable = cuda.load(Verifier.watched(trial.plan(cuda.fusion(level))), trial.feed())) {
                    Verifier.Report report = Verifier.step(executable, trial.feed(), 1, trial.inputs(), Tolerance.FP32);
                    assertTrue(report.values() > 0 && report.findings().isEmpty(), () -> trial.spec() + " " + level + ": " + report.findings());
                }
            }
        }
    }

    @Test
    void losses_ofTenStepsAreThoseOfTheCpu() {
        for (Trial trial : trials()) {
            double[] expected = losses(new CpuBackend(1), trial, FusionLevel.NONE);
            for (FusionLevel level : LEVELS) {
                double[] actual = losses(cuda, trial, level);
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(expected[i], actual[i], 1e-4 * Math.abs(expected[i]), trial.spec() + " " + level + " value " + i);
                }
            }
        }
    }

    private static double[] losses(Backend backend, Trial trial, FusionLevel level) {
        try (Executable executable = backend.load(trial.plan(backend.fusion(level)), trial.feed())) {
            trial.start(executable);
            return Trial.run(executable, 10);
        }
    }

    static void assertSameTwice(Trial trial) {
        for (FusionLevel level : LEVELS) {
            assertArrayEquals(losses(cuda, trial, level), losses(cuda, trial, level), trial.spec() + " " + level);
        }
    }

    /// Checks that `slots` after the first `steps` steps equal those of the CPU path, bit for bit.
    static void assertBitsOfTheCpu(Trial trial, int steps, List<String> slots) {
        for (FusionLevel level : LEVELS) {
            Plan plan = Verifier.watched(trial.plan(cuda.fusion(level)));
            try (Executable here = cuda.load(plan, trial.feed()); Executable there = new CpuBackend(1).load(plan, trial.feed())) {
                for (Executable e : List.of(here, there)) {
                    trial.start(e);
                    e.run(0, steps, new double[0]);
                }
                for (String slot : slots) {
                    Tensor t = plan.graph().tensor(slot);
                    assertArrayEquals(there.read(t), here.read(t), trial.spec() + " " + level + " " + slot);
                }
            }
        }
    }
}
