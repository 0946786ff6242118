package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Profile;
import dev.fusedvae.check.Trial;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.VaeSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A profile runs the calls that it reports, and the training continues as without it. Its times mean nothing on the SIMT device.
@Tag("simt")
class DeviceProfileTest {
    private static final Trial TRIAL = Trial.of(VaeSpec.of(9, List.of(6), 2), 4, 10, 5);

    private static Map<Tensor, float[]> state(CudaExecutable executable) {
        Map<Tensor, float[]> all = new HashMap<>();
        executable.plan().slots().stream().filter(t -> t.role() == Tensor.Role.PARAMETER || t.role() == Tensor.Role.STATE).forEach(t -> all.put(t, executable.read(t)));
        return all;
    }

    @Test
    void profiledSteps_trainAsOthersDo() {
        Plan plan = TRIAL.plan(FusionLevel.LAYER);
        try (CudaBackend cuda = DeviceUnderTest.open(); CudaExecutable plain = cuda.load(plan, TRIAL.feed()); CudaExecutable profiled = cuda.load(plan, TRIAL.feed())) {
            TRIAL.start(plain);
            TRIAL.start(profiled);
            plain.run(0, 3, new double[0]);
            Profile profile = profiled.profiled(0, 2);
            profiled.run(2, 1, new double[0]);
            Map<Tensor, float[]> expected = state(plain);
            assertTrue(expected.size() > 10);
            state(profiled).forEach((t, values) -> assertArrayEquals(expected.get(t), values, t.toString()));
            assertEquals(plan.phases().stream().map(p -> p.calls().size()).toList(), profile.timings().stream().map(t -> t.calls().size()).toList());
            assertTrue(profile.timings().stream().allMatch(t -> t.nanos() > 0));
        }
    }

    @Test
    void simulatedDevice_isNotTimed() {
        Simt.require();
        try (CudaBackend simt = Simt.open(); CudaExecutable executable = simt.load(TRIAL.plan(FusionLevel.NONE), TRIAL.feed())) {
            assertFalse(simt.timed());
            assertTrue(executable.profile(0, 1).isEmpty());
        }
    }

    /// Both loops compile, run and free their memory.
    @Test
    void roofs_areMeasuredOnAnyDevice() {
        try (CudaBackend cuda = DeviceUnderTest.open()) {
            long before = cuda.allocatedBytes();
            DeviceRoofs roofs = cuda.roofs(1 << 14);
            assertEquals(before, cuda.allocatedBytes());
            assertTrue(roofs.flopsPerSecond() > 0 && roofs.bytesPerSecond() > 0 && roofs.triadBytes() > 0 && roofs.triadBytes() <= 1 << 14, roofs.toString());
        }
    }
}
