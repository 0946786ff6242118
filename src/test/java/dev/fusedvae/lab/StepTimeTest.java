package dev.fusedvae.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.BackendUnavailableException;
import dev.fusedvae.backend.Profile;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.backend.reference.ReferenceBackend;
import dev.fusedvae.fuse.FusionLevel;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.plan.Cost;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.spec.TrainSpec;
import dev.fusedvae.spec.VaeSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepTimeTest {
    private static final TrainSpec TRAIN = TrainSpec.standard(1, 1).withBatchSize(16);
    private static final Plan PLAN = Plan.of(Graphs.training(VaeSpec.of(40, List.of(30), 4), TRAIN.optimizer(), TRAIN.clipNorm(), TRAIN.binarization()),
            FusionLevel.LAYER, 16);

    @Test
    void everyCall_hasItsTime_andTheySumToAboutTheStep() {
        try (CpuBackend cpu = new CpuBackend(1)) {
            StepTime time = StepTime.measure(cpu, PLAN, TRAIN);
            assertEquals(PLAN.calls(), time.timings().stream().flatMap(t -> t.calls().stream()).toList());
            double sum = time.waitingNanos() + time.timings().stream().mapToDouble(Profile.Timing::nanos).sum();
            assertTrue(sum > 0.3 * time.stepNanos() && sum < 10 * time.stepNanos(), sum + " of " + time.stepNanos() + " ns"); // the clock's own cost
        }
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
