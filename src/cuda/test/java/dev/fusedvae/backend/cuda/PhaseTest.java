package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.cuda.kernels.Architecture;
import dev.fusedvae.backend.cuda.kernels.KernelSource;
import dev.fusedvae.backend.cuda.kernels.Kernels;
import dev.fusedvae.backend.cuda.kernels.Variants;
import dev.fusedvae.backend.cuda.lowering.StockPhases;
import dev.fusedvae.check.Tolerance;
import dev.fusedvae.check.Trial;
import dev.fusedvae.check.Verifier;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Hazards;
import dev.fusedvae.plan.Phase;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.VaeSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Several calls in one launch, on the SIMT device: plans with as many calls per phase as hazards allow.
@Tag("simt")
class PhaseTest {
    private static final List<Trial> TRIALS = List.of(
            Trial.of(VaeSpec.of(33, List.of(21, 10), 5), 8, 20, 11).binarized(Binarization.DYNAMIC),
            Trial.of(VaeSpec.of(17, List.of(12), 3).withLikelihood(new Likelihood.GaussianScalar()), 6, 13, 12).clipped(0.05));

    private static Plan packed(Plan plan) {
        List<List<Call>> bins = new ArrayList<>();
        int[] phaseOf = new int[plan.calls().size()];
        for (Call call : plan.calls()) {
            int phase = 0;
            for (Call before : plan.calls().subList(0, call.index())) {
                if (Hazards.between(before.op(), call.op()).isPresent()) {
                    phase = Math.max(phase, phaseOf[before.index()] + 1);
                }
            }
            phaseOf[call.index()] = phase;
            while (bins.size() <= phase) {
                bins.add(new ArrayList<>());
            }
            bins.get(phase).add(call);
        }
        List<Phase> phases = new ArrayList<>();
        bins.forEach(bin -> phases.add(new Phase(phases.size(), bin)));
        return new Plan(plan.graph(), plan.level(), plan.batch(), phases, plan.notes());
    }

    @Test
    void callsInOneLaunch_giveTheBitsOfLaunchesOfTheirOwn() {
        try (CudaBackend cuda = DeviceUnderTest.open()) {
            for (Trial trial : TRIALS) {
                for (FusionLevel level : List.of(FusionLevel.NONE, FusionLevel.EPILOGUE)) {
                    Plan apart = trial.plan(level);
                    Plan together = packed(apart);
                    assertTrue(together.phases().stream().anyMatch(p -> p.calls().size() >= 3), "a phase holds several calls");
                    assertTrue(together.launches() < apart.launches());
                    assertArrayEquals(losses(cuda, apart, trial), losses(cuda, together, trial), trial.spec() + " " + level);
                }
            }
        }
    }

    private static double[] losses(CudaBackend cuda, Plan plan, Trial trial) {
        try (Executable executable = cuda.load(plan, trial.feed())) {
            trial.start(executable);
            return Trial.run(executable, 10);
        }
    }

    /// With clipping, and heads too narrow for tiles, so that a phase has two variants of the same op.
    @Test
    void variantsOfOneOp_shareALaunch() {
        Trial trial = Trial.of(VaeSpec.of(40, List.of(33), 3), 34, 50, 13).clipped(0.05);
        Variants variants = new Variants(Kernels.TREE, Architecture.SIMT, Map.of());
        Plan plan = trial.plan(FusionLevel.LAYER);
        assertTrue(StockPhases.of(plan, variants).stream().anyMatch(p -> p.variants().stream().map(KernelSource.Variant::entry).distinct().count()
                < p.bodies().size()), "a phase has two variants of an op");
        try (CudaBackend cuda = DeviceUnderTest.open()) {
            double[] apart = losses(cuda, trial.plan(FusionLevel.EPILOGUE), trial);
            double[] together = losses(cuda, plan, trial);
            for (int i = 0; i < apart.length; i++) {
                assertEquals(apart[i], together[i], 1e-4 * Math.abs(apart[i]), "loss " + i);
            }
        }
    }

    @Test
    void everyCallOfAPackedStep_computesItsDefinition() {
        try (CudaBackend cuda = DeviceUnderTest.open()) {
            for (Trial trial : TRIALS) {
                try (Executable executable = cuda.load(Verifier.watched(packed(trial.plan(FusionLevel.NONE))), trial.feed())) {
                    Verifier.Report report = Verifier.step(executable, trial.feed(), 1, trial.inputs(), Tolerance.FP32);
                    assertEquals(List.of(), report.findings());
                    assertTrue(report.values() > 0);
                }
            }
        }
    }
}
