package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.backend.reference.ReferenceBackend;
import dev.fusedvae.check.Tolerance;
import dev.fusedvae.check.Verifier;
import dev.fusedvae.eval.Rbm;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.graph.Op;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.rng.Binarizer;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.RbmSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Restricted Boltzmann machines on the device under test, compared with the reference and the CPU path.
///
/// A draw compares a probability with a random word. Probabilities round differently on each backend, so about once in 10⁷ draws the
/// result differs, and from then on the states differ too. These runs have 10⁴ to 10⁵ draws from fixed seeds.
@Tag("simt")
class RbmCudaTest {
    /// Batches for both naive and tiled variants, with smaller last batches; widths that are not multiples of a tile.
    private static final List<RbmTrial> TRIALS = List.of(
            new RbmTrial(new RbmSpec(37, 41, 1, false), 10, 73), new RbmTrial(new RbmSpec(37, 41, 3, false), 10, 73),
            new RbmTrial(new RbmSpec(37, 41, 2, true), 10, 73), new RbmTrial(new RbmSpec(65, 33, 2, false), 35, 99),
            new RbmTrial(new RbmSpec(64, 32, 1, true), 33, 66));

    private static CudaBackend cuda;

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

    @Test
    void losses_ofTenStepsAreThoseOfTheReference() {
        for (RbmTrial trial : TRIALS) {
            double[] expected = trial.run(new ReferenceBackend(), Fusion.of(FusionLevel.NONE), 10).losses();
            for (FusionLevel level : FusionLevel.values()) {
                double[] actual = trial.run(cuda, Fusion.of(level), 10).losses();
                assertTrue(expected[0] < -trial.batch(), "a loss that means something: " + expected[0]);
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(expected[i], actual[i], 1e-4 * Math.abs(expected[i]), trial.spec() + " " + level + " value " + i);
                }
            }
        }
    }

    @Test
    void chainsAndParameters_afterAStepAreThoseOfTheReference() {
        for (RbmTrial trial : TRIALS) {
            List<float[]> expected = trial.run(new ReferenceBackend(), Fusion.of(FusionLevel.NONE), 1).state();
            List<float[]> actual = trial.run(cuda, Fusion.of(FusionLevel.LAYER), 1).state();
            for (int t = 0; t < expected.size(); t++) {
                assertArrayEquals(expected.get(t), actual.get(t), 1e-5f, trial.spec() + " tensor " + t);
            }
        }
    }

    @Test
    void everyCallOfAStep_computesItsDefinition() {
        // chains change within a step, which the verifier of whole steps does not support; OpVerificationTest checks their ops
        for (RbmTrial trial : TRIALS.stream().filter(t -> !t.spec().persistent()).toList()) {
            for (FusionLevel level : FusionLevel.values()) {
                try (Executable executable = cuda.load(Verifier.watched(trial.plan(Fusion.of(level))), trial.feed())) {
                    trial.start(executable);
                    Verifier.Report report = Verifier.step(executable, trial.feed(), 1, Map.of(), Tolerance.FP32);
                    assertTrue(report.values() > 0 && report.findings().isEmpty(), () -> trial.spec() + " " + level + ": " + report.findings());
                }
            }
        }
    }

    /// Given the probabilities that the device has computed, its draws equal those of Java.
    @Test
    void states_areTheBinarizersDraws_ofTheDevicesProbabilities() {
        int compared = 0;
        for (RbmTrial trial : TRIALS) {
            for (FusionLevel level : List.of(FusionLevel.NONE, FusionLevel.LAYER)) {
                Plan plan = Verifier.watched(trial.plan(Fusion.of(level)));
                try (Executable executable = cuda.load(plan, trial.feed())) {
                    trial.start(executable);
                    executable.run(0, 2, new double[4]); // the second step still has a full batch
                    for (Op.BernoulliSample draw : draws(plan)) {
                        float[] p = executable.read(draw.p());
                        assertArrayEquals(drawn(trial, draw, p, 1), executable.read(draw.state()), trial.spec() + " " + level + " site " + draw.site());
                        compared++;
                    }
                }
            }
        }
        assertTrue(compared > 20, "draws whose probabilities reach memory: " + compared);
    }

    private static List<Op.BernoulliSample> draws(Plan plan) {
        return plan.calls().stream().map(Call::op).flatMap(op -> op.all(Op.BernoulliSample.class).stream())
                .filter(o -> plan.slots().contains(o.p()) && plan.slots().contains(o.state())).toList();
    }

    private static float[] drawn(RbmTrial trial, Op.BernoulliSample draw, float[] p, long step) {
        int n = draw.p().width();
        float[] all = new float[p.length];
        float[] row = new float[Math.ceilDiv(n, 32) * 32];
        for (int r = 0; r < trial.batch(); r++) {
            Binarizer.binarize(new Stream(RbmTrial.SEED, Purpose.GIBBS, draw.site()), step, r, p, r * n, n, row, 0);
            System.arraycopy(row, 0, all, r * n, n);
        }
        return all;
    }

    @Test
    void everyLevel_hasTheSameLosses() {
        for (RbmTrial trial : TRIALS) {
            double[] expected = trial.run(cuda, Fusion.of(FusionLevel.NONE), 20).losses();
            for (FusionLevel level : List.of(FusionLevel.EPILOGUE, FusionLevel.LAYER)) {
                assertArrayEquals(expected, trial.run(cuda, Fusion.of(level), 20).losses(), trial.spec() + " " + level);
            }
        }
    }

    @Test
    void gibbsChains_endWhereThoseOfTheCpuDo() {
        RbmTrial trial = TRIALS.getFirst();
        try (CpuBackend cpu = new CpuBackend(1)) {
            float[][] expected = new Rbm(cpu, trial.spec(), trial.parameters()).sample(34, 20, 5);
            float[][] actual = new Rbm(cuda, trial.spec(), trial.parameters()).sample(34, 20, 5);
            assertTrue(Arrays.stream(expected).map(Arrays::toString).distinct().count() > 10, "chains differ");
            for (int r = 0; r < expected.length; r++) {
                assertArrayEquals(expected[r], actual[r], 1e-5f, "chain " + r);
            }
        }
    }

    @Test
    void reconstructions_areThoseOfTheCpu() {
        RbmTrial trial = TRIALS.getFirst();
        try (CpuBackend cpu = new CpuBackend(1)) {
            Rbm.Passes expected = new Rbm(cpu, trial.spec(), trial.parameters()).passes(trial.data(), Binarization.DYNAMIC, 3);
            Rbm.Passes actual = new Rbm(cuda, trial.spec(), trial.parameters()).passes(trial.data(), Binarization.DYNAMIC, 3);
            assertEquals(expected.logLikelihood(), actual.logLikelihood(), 1e-5 * Math.abs(expected.logLikelihood()));
            for (int r = 0; r < trial.examples(); r++) {
                assertArrayEquals(expected.visible()[r], actual.visible()[r]);
                assertArrayEquals(expected.codes()[r], actual.codes()[r], 1e-5f);
                assertArrayEquals(expected.means()[r], actual.means()[r], 1e-5f);
            }
        }
    }
}
