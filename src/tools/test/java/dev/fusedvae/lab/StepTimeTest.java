package dev.fusedvae.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.Profile;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.backend.reference.ReferenceBackend;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.plan.Cost;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.plan.StepTable;
import dev.fusedvae.run.BackendUnavailableException;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepTimeTest {
    private static final int MEASUREMENTS = 3;
    private static final int ROUNDS = 200;
    /// Of sums of a few whole numbers, in double.
    private static final double ROUNDING = 1e-9;
    private static final TrainSpec TRAIN = TrainSpec.standard(1, 1).withBatchSize(16);
    private static final Plan PLAN = Plan.of(Graphs.training(VaeSpec.of(40, List.of(30), 4), TRAIN.optimizer(), TRAIN.clipNorm(), TRAIN.binarization()),
            FusionLevel.LAYER, 16);

    /// On a busy machine the rounds with clocks may be those that were interrupted, and the others not: that spoils one
    /// measurement, where a wrong unit or count spoils all.
    @Test
    void everyCall_hasItsTime_andTheySumToAboutTheStep() {
        List<String> found = new ArrayList<>();
        try (CpuBackend cpu = new CpuBackend(1)) {
            for (int i = 0; i < MEASUREMENTS; i++) {
                StepTime time = StepTime.measure(cpu, PLAN, TRAIN);
                assertEquals(PLAN.calls(), time.timings().stream().flatMap(t -> t.calls().stream()).toList());
                double sum = time.waitingNanos() + time.timings().stream().mapToDouble(Profile.Timing::nanos).sum();
                if (sum > 0.3 * time.stepNanos() && sum < 10 * time.stepNanos()) { // the clock's own cost
                    return;
                }
                found.add(sum + " of " + time.stepNanos() + " ns");
            }
        }
        fail("no measurement has calls that sum to about the step: " + found);
    }

    /// True however busy the machine is: one thread's clocks follow each other within the clock around them. What lies
    /// between them counts as waiting; an interruption may make that, or a call, the most of its round, so the median is asked.
    @Test
    void clocksOfCalls_lieWithinTheTimeOfTheirRound_andLeaveLittleOfItOut() {
        Examples examples = Workload.examples(40, 64);
        int steps = 20;
        double[] clocked = new double[ROUNDS];
        try (CpuBackend cpu = new CpuBackend(1);
                Executable executable = cpu.load(PLAN, new Feed.Training(examples, new StepTable(TRAIN, PLAN.graph().spec().objective(), 64)))) {
            Workload.start(executable);
            for (int round = 0; round < ROUNDS; round++) {
                long start = System.nanoTime();
                Profile profile = executable.profile((long) round * steps, steps).orElseThrow();
                long elapsed = System.nanoTime() - start;
                double calls = profile.timings().stream().mapToDouble(Profile.Timing::nanos).sum();
                assertTrue(profile.timings().stream().allMatch(t -> t.nanos() > 0), profile.toString());
                assertTrue(profile.waitingNanos() > -ROUNDING * elapsed && profile.nanos() * steps < elapsed * (1 + ROUNDING), profile + " of " + elapsed + " ns");
                clocked[round] = calls / profile.nanos();
            }
        }
        Arrays.sort(clocked);
        assertTrue(clocked[ROUNDS / 2] > 0.5, "share of a step that its calls take: " + clocked[ROUNDS / 2]);
    }

    /// With one panel of columns the second thread has all of a call and the first none: its clock showed 1300 GFLOP/s.
    @Test
    void callsOfOnePanel_areNotFasterThanTheMachine() {
        TrainSpec train = TRAIN.withBatchSize(128);
        Plan plan = Plan.of(Graphs.training(VaeSpec.of(784, List.of(32), 4), train.optimizer(), train.clipNorm(), train.binarization()), FusionLevel.LAYER, 128);
        double flopsANano = 1000; // two threads of 64 flop a cycle at 5 GHz: 640
        try (CpuBackend cpu = new CpuBackend(2)) {
            StepTime time = StepTime.measure(cpu, plan, train);
            List<Profile.Timing> heavy = time.timings().stream().filter(t -> flops(t) > 1e6).toList();
            assertTrue(heavy.size() >= 3, heavy.size() + " calls");
            heavy.forEach(t -> assertTrue(t.nanos() > flops(t) / flopsANano, t.calls().getFirst().title() + " took " + t.nanos() + " ns for " + flops(t) + " flop"));
        }
    }

    private static double flops(Profile.Timing timing) {
        return timing.calls().stream().mapToDouble(c -> c.cost().flops()).sum();
    }

    @Test
    void backendWithoutClock_isRefused() {
        try (ReferenceBackend reference = new ReferenceBackend()) {
            assertTrue(assertThrows(BackendUnavailableException.class, () -> StepTime.measure(reference, PLAN, TRAIN)).getMessage().contains("cannot be timed"));
        }
    }

    @Test
    void callAboveTheArithmeticRoof_isSeen_andOneAboveTheMemoryRoofIsACache() {
        Profile.Timing call = new Profile.Timing(List.of(PLAN.calls().getFirst()), 100);
        double flops = call.calls().getFirst().cost().flops();
        assertTrue(new StepTime("d", 1, List.of(call), 0, new Roofs(1, flops * 1e9 / 200, 1e20, 1)).aboveArithmetic());
        assertFalse(new StepTime("d", 1, List.of(call), 0, new Roofs(1, flops * 1e9 / 90, 1e20, 1)).aboveArithmetic());
        assertFalse(new StepTime("d", 1, List.of(call), 0, new Roofs(1, 1e20, 1, 1)).aboveArithmetic());
    }

    @Test
    void roof_isTheSlowerOfMemoryAndArithmetic() {
        Roofs roofs = new Roofs(1, 100e9, 10e9, 1 << 20);
        assertEquals(10, roofs.nanos(new Cost(0, 1000)), 1e-9);
        assertEquals(100, roofs.nanos(new Cost(1000, 1000)), 1e-9);
        assertTrue(roofs.memoryBound(new Cost(1000, 1000)));
        assertTrue(!roofs.memoryBound(new Cost(10, 1000)));
    }

    /// No machine that can run this is slower, and none on earth is faster.
    @Test
    void measuredRoofs_areRatesOfThisPlanet() {
        Roofs roofs = Roofs.measure(2, 1 << 20);
        assertTrue(roofs.flopsPerSecond() > 1e8 && roofs.flopsPerSecond() < 1e14, roofs.toString());
        assertTrue(roofs.bytesPerSecond() > 1e8 && roofs.bytesPerSecond() < 1e14, roofs.toString());
    }
}
