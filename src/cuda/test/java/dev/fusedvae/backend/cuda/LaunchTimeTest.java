package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.check.Trial;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.VaeSpec;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The timer runs the launches of the plan and releases everything; the times themselves mean nothing on the SIMT device.
@Tag("simt")
class LaunchTimeTest {
    private static final Trial TRIAL = Trial.of(VaeSpec.of(9, List.of(6), 2), 4, 10, 5);

    @Test
    void everyLaunch_isTimedUnderTheNameOfItsKernel() {
        Plan plan = TRIAL.plan(FusionLevel.EPILOGUE);
        try (CudaBackend cuda = DeviceUnderTest.open(); Executable executable = cuda.load(plan, TRIAL.feed())) {
            TRIAL.start(executable);
            long before = cuda.allocatedBytes();
            LaunchTime.Table table = LaunchTime.of(executable, 3);
            assertEquals(before, cuda.allocatedBytes());
            assertEquals(plan.launches(), table.launches().size());
            for (int i = 0; i < plan.launches(); i++) {
                LaunchTime launch = table.launches().get(i);
                assertEquals(plan.phases().get(i).calls(), launch.calls());
                assertTrue(launch.kernel().startsWith(launch.calls().getFirst().op().kind().label() + "/"), launch.kernel());
                for (LaunchTime.Spread spread : List.of(launch.warm(), launch.cold())) {
                    assertTrue(0 < spread.minMicros() && spread.minMicros() <= spread.medianMicros() && spread.medianMicros() <= spread.maxMicros(),
                            launch.toString());
                }
            }
            executable.run(0, 1, new double[0]);
        }
    }

    @Test
    void otherBackends_haveNoLaunches() {
        try (Executable executable = new CpuBackend(1).load(TRIAL.plan(FusionLevel.NONE), TRIAL.feed())) {
            assertEquals("only executables of the cuda backend have launches to time; load the plan on it",
                    assertThrows(IllegalArgumentException.class, () -> LaunchTime.of(executable, 3)).getMessage());
        }
    }
}
