package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.Allocations;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.cuda.driver.Probe;
import dev.fusedvae.backend.cuda.lowering.Replay;
import dev.fusedvae.check.Trial;
import dev.fusedvae.run.CudaChoice;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.VaeSpec;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Launches by JCuda and by Java's foreign function interface have the same effect.
@Tag("simt")
class LaunchersTest {
    private static final int LAUNCH_OUT_OF_RESOURCES = 701;
    private static final Trial TRIAL = Trial.of(VaeSpec.of(9, List.of(6), 2), 4, 10, 5).clipped(0.1);

    @AfterEach
    void failNoMore() {
        if (Probe.of(Simt.ENVIRONMENT) instanceof Probe.Outcome.Ready) {
            StandIn.failAt(0, 0);
        }
    }

    private static CudaChoice choice(CudaChoice.Launcher launcher, CudaChoice.Replay replay) {
        return CudaChoice.DEFAULT.withLauncher(launcher).withReplay(replay);
    }

    private static double[] losses(CudaChoice choice) {
        try (CudaBackend backend = Simt.open(choice);
             Executable executable = backend.load(TRIAL.plan(FusionLevel.EPILOGUE), TRIAL.feed())) {
            TRIAL.start(executable);
            return Trial.run(executable, 1 + Replay.STEPS + 1);
        }
    }

    @Test
    void bothLaunchers_giveTheSameBits_launchedAndCaptured() {
        double[] expected = losses(choice(CudaChoice.Launcher.JCUDA, CudaChoice.Replay.STREAM));
        assertTrue(Math.abs(expected[0]) > 1, "a loss that means something");
        for (CudaChoice.Launcher launcher : CudaChoice.Launcher.values()) {
            for (CudaChoice.Replay replay : CudaChoice.Replay.values()) {
                assertArrayEquals(expected, losses(choice(launcher, replay)), launcher + " " + replay);
            }
        }
    }

    @Test
    void refusedLaunch_isNamedAlikeByBoth() {
        for (CudaChoice.Launcher launcher : CudaChoice.Launcher.values()) {
            try (CudaBackend backend = Simt.open(choice(launcher, CudaChoice.Replay.STREAM));
                 Executable executable = backend.load(TRIAL.plan(FusionLevel.EPILOGUE), TRIAL.feed())) {
                TRIAL.start(executable);
                StandIn.failAt(4, LAUNCH_OUT_OF_RESOURCES); // context, step table, base, launch
                String message = assertThrows(IllegalStateException.class, () -> executable.run(0, 1, new double[0])).getMessage();
                assertTrue(message.startsWith("the CUDA driver refused the launch of gather/1_naive as Grid["), launcher + ": " + message);
                double[] metrics = new double[2];
                executable.run(0, 1, metrics);
                assertTrue(Double.isFinite(metrics[0]) && metrics[0] != 0, "the stream takes work again");
            }
        }
    }

    /// The smallest of many runs, because in the first ones the JVM allocates for compiling and linking.
    @ParameterizedTest
    @CsvSource({"JCUDA,GRAPH,64", "JCUDA,GRAPH,3", "JCUDA,STREAM,3", "FFM,GRAPH,64", "FFM,STREAM,3"})
    void steadyRun_allocatesNothing(CudaChoice.Launcher launcher, CudaChoice.Replay replay, int steps) {
        try (CudaBackend backend = Simt.open(choice(launcher, replay));
             Executable executable = backend.load(TRIAL.plan(FusionLevel.EPILOGUE), TRIAL.feed())) {
            TRIAL.start(executable);
            executable.run(0, 1 + Replay.STEPS + 1, new double[0]);
            double[] metrics = new double[2 * steps];
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 60 && least > 0; round++) {
                long first = 66 + (long) round * steps;
                least = Math.min(least, Allocations.of(() -> executable.run(first, steps, metrics)));
            }
            assertEquals(0, least, "bytes in " + steps + " steps");
            assertTrue(metrics[0] != 0);
        }
    }
}
