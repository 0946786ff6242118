package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.Guards;
import dev.fusedvae.backend.cuda.driver.Probe;
import dev.fusedvae.backend.cuda.lowering.Replay;
import dev.fusedvae.check.Trial;
import dev.fusedvae.graph.Graph;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.run.BackendUnavailableException;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.VaeSpec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Everything that is allocated from the driver is released, whichever call fails; the stand-in's counters show it.
@Tag("simt")
class ReleaseTest {
    private static final int OUT_OF_MEMORY = 2;
    private static final int ILLEGAL_ADDRESS = 700;
    private static final Trial TRIAL = Trial.of(VaeSpec.of(9, List.of(6), 2), 4, 10, 5);

    @AfterEach
    void failNoMore() {
        if (Probe.of(Simt.ENVIRONMENT) instanceof Probe.Outcome.Ready) {
            StandIn.failAt(0, 0);
        }
    }

    /// Two training steps, and an evaluation on the same parameters while the training is open.
    private static void train() {
        Graph elbo = Graphs.elbo(TRIAL.spec(), Binarization.NONE);
        try (CudaBackend backend = Simt.open();
             Executable training = backend.load(TRIAL.plan(FusionLevel.EPILOGUE), TRIAL.feed());
             Executable inference = backend.load(Plan.of(elbo, FusionLevel.EPILOGUE, 4), new Feed.Inference(TRIAL.examples(), 4, 1));
             Executable sibling = inference.sibling(Plan.of(elbo, FusionLevel.EPILOGUE, 3), new Feed.Inference(TRIAL.examples(), 3, 1))) {
            TRIAL.start(training);
            Trial.run(training, 2);
            TRIAL.start(inference);
            sibling.run(0, 2, new double[0]);
            assertTrue(Float.isFinite(sibling.read(elbo.results().getFirst())[0]));
            sibling.feed(new Feed.Inference(TRIAL.examples(), 3, 2));
        }
    }

    /// A run that captures both graphs and replays them, another feed, and a run that captures them again.
    private static void replay() {
        try (CudaBackend backend = Simt.open();
             Executable training = backend.load(TRIAL.plan(FusionLevel.EPILOGUE), TRIAL.feed())) {
            TRIAL.start(training);
            Trial.run(training, 1 + Replay.STEPS + 1);
            training.feed(TRIAL.feed());
            Trial.run(training, 2);
        }
    }

    @Test
    void training_leavesNothingBehind() {
        train();
        List<Long> before = StandIn.held();
        train();
        assertEquals(before, StandIn.held());
    }

    /// A closed executable must not be used: its memory is released and may belong to another one now.
    @Test
    void executable_thatIsClosedRefusesWork_andTakesNothing() {
        try (CudaBackend backend = Simt.open()) {
            CudaExecutable closed = backend.load(TRIAL.plan(FusionLevel.EPILOGUE), TRIAL.feed());
            Plan plan = closed.plan();
            Executable onePhase = backend.load(new Plan(plan.graph(), plan.level(), plan.batch(), plan.phases().subList(0, 1), plan.notes()), TRIAL.feed());
            Guards guards = onePhase.guards().orElseThrow();
            onePhase.close();
            Tensor parameter = closed.plan().graph().tensors(Tensor.Role.PARAMETER).getFirst();
            closed.close();
            closed.close();
            List<Long> before = StandIn.held();
            for (org.junit.jupiter.api.function.Executable use : List.<org.junit.jupiter.api.function.Executable>of(
                    () -> closed.feed(TRIAL.feed()), () -> closed.run(0, 1, new double[0]), () -> closed.read(parameter), closed::examplesChanged,
                    () -> closed.write(parameter, new float[Math.toIntExact(parameter.elements(4))]), () -> closed.runChecked(0),
                    () -> closed.time(1), () -> closed.profiled(0, 1), guards::arm, guards::damaged,
                    () -> closed.sibling(TRIAL.plan(FusionLevel.EPILOGUE), TRIAL.feed()))) {
                assertEquals("this executable is closed", assertThrows(IllegalStateException.class, use).getMessage());
            }
            assertEquals(before, StandIn.held());
        }
    }

    @Test
    void backend_closedTwice_andBeforeItsExecutables_releasesEverythingOnce() {
        try (CudaBackend other = Simt.open()) { // its context stays open, because destroying the last context would release everything
            assertEquals(0, other.allocatedBytes());
            List<Long> before = StandIn.held();
            CudaBackend backend = Simt.open();
            Executable training = backend.load(TRIAL.plan(FusionLevel.EPILOGUE), TRIAL.feed());
            Executable sibling = training.sibling(TRIAL.plan(FusionLevel.EPILOGUE), TRIAL.feed());
            backend.close();
            assertEquals(before, StandIn.held());
            backend.close();
            sibling.close();
            training.close();
            assertEquals(before, StandIn.held());
            assertEquals(0, backend.allocatedBytes());
            assertEquals("this executable is closed", assertThrows(IllegalStateException.class, () -> training.run(0, 1, new double[0])).getMessage());
            assertEquals("this cuda backend is closed", assertThrows(IllegalStateException.class,
                    () -> backend.load(TRIAL.plan(FusionLevel.EPILOGUE), TRIAL.feed())).getMessage());
        }
    }

    @Test
    void everyFailingCall_isReportedAndLeavesNothingBehind() {
        Sweep sweep = new Sweep(ReleaseTest::train, 1);
        assertTrue(sweep.failed > 20, "only " + sweep.failed + " calls failed");
        assertEquals(List.of(), sweep.wrong);
    }

    /// A capture has hundreds of similar launches, so only every seventh call is made to fail.
    @Test
    void everySeventhCallOfARunThatCaptures_isReportedAndLeavesNothingBehind() {
        Sweep sweep = new Sweep(ReleaseTest::replay, 7);
        assertTrue(sweep.failed > 100, "only " + sweep.failed + " calls failed");
        assertEquals(List.of(), sweep.wrong);
    }

    /// Repeats work, each time with another of its calls failing.
    private static final class Sweep {
        final List<String> wrong = new ArrayList<>();
        int failed;

        Sweep(Runnable work, int stride) {
            work.run();
            List<Long> before = StandIn.held();
            long calls = StandIn.count("calls");
            work.run();
            long all = StandIn.count("calls") - calls;
            for (long n = 1; n <= all; n += stride) {
                int code = n % 2 == 0 ? OUT_OF_MEMORY : ILLEGAL_ADDRESS;
                StandIn.failAt(n, code);
                try {
                    work.run();
                } catch (BackendUnavailableException | IllegalStateException e) {
                    failed++;
                    if (e.getMessage() == null || e.getMessage().isBlank()) {
                        wrong.add("call " + n + " with " + code + " said nothing");
                    }
                }
                StandIn.failAt(0, 0);
                if (!StandIn.held().equals(before)) {
                    wrong.add("after call " + n + " with " + code + ": " + before + " became " + StandIn.held());
                    before = StandIn.held();
                }
            }
        }
    }
}
