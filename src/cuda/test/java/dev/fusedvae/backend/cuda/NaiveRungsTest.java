package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.cuda.kernels.KernelCache;
import dev.fusedvae.backend.cuda.kernels.KernelFolder;
import dev.fusedvae.check.Tolerance;
import dev.fusedvae.check.Trial;
import dev.fusedvae.check.Verifier;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.run.CudaChoice;
import dev.fusedvae.spec.FusionLevel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The naive variants of the ops that have faster ones; other tests do not run them.
@Tag("simt")
class NaiveRungsTest {
    private static final List<FusionLevel> LEVELS = List.of(FusionLevel.EPILOGUE, FusionLevel.LAYER);

    private static CudaBackend best;
    private static CudaBackend naive;

    @BeforeAll
    static void open() {
        best = Simt.open();
        Map<String, String> lowest = new HashMap<>();
        KernelFolder kernels = KernelFolder.find(KernelCache.of(Simt.ENVIRONMENT));
        kernels.ops().stream().filter(op -> kernels.variants(op).size() > 1).forEach(op -> lowest.put(op, "1_naive"));
        assertTrue(lowest.size() > 3, lowest.toString());
        naive = Simt.open(CudaChoice.DEFAULT.withVariants(lowest));
    }

    @AfterAll
    static void close() {
        if (best != null) { // null if the machine cannot build the device
            naive.close();
            best.close();
        }
    }

    private static Executable load(Plan plan, Trial trial) {
        return naive.load(plan, trial.feed());
    }

    @Test
    void everyCallOfAStep_computesItsDefinition() {
        for (Trial trial : CudaTest.TRIALS) {
            for (FusionLevel level : LEVELS) {
                try (Executable executable = load(Verifier.watched(trial.plan(naive.fusion(level))), trial)) {
                    Verifier.Report report = Verifier.step(executable, trial.feed(), 1, trial.inputs(), Tolerance.FP32);
                    assertEquals(List.of(), report.findings(), trial.spec() + " " + level);
                    assertTrue(report.values() > 0);
                }
            }
        }
    }

    /// All variants add products in the order of k, and row sums over 16 virtual lanes, so their results are the same.
    @Test
    void losses_haveTheBitsOfTheBestRungs() {
        for (Trial trial : CudaTest.TRIALS) {
            Plan plan = trial.plan(best.fusion(FusionLevel.LAYER));
            try (Executable here = load(plan, trial); Executable there = best.load(plan, trial.feed())) {
                trial.start(here);
                trial.start(there);
                assertArrayEquals(Trial.run(there, 3), Trial.run(here, 3), trial.spec().toString());
            }
        }
    }
}
