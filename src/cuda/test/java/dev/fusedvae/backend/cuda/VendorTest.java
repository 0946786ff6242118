package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Backend;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.Feed;
import dev.fusedvae.backend.VendorFusion;
import dev.fusedvae.check.Tolerance;
import dev.fusedvae.check.Trial;
import dev.fusedvae.check.Verifier;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.rng.Philox;
import dev.fusedvae.rng.Stream;
import dev.fusedvae.run.BackendUnavailableException;
import dev.fusedvae.run.CudaChoice;
import dev.fusedvae.run.CudaChoice.Vendor;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.VaeSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Vendor parts, called through unmodified jcublas and jcurand, on the stand-ins of the SIMT device.
@Tag("simt")
public class VendorTest {
    private static final long SEED = 20260726;
    private static final List<FusionLevel> LEVELS = List.of(FusionLevel.NONE, FusionLevel.EPILOGUE);
    private static final VaeSpec SMALL = VaeSpec.of(17, List.of(12, 7), 3).withActivation(Activation.TANH);
    /// The last batch has 5 of 8, 3 of 5 and 2 of 6 rows; products of odd sizes, 15 and 9 normals among them.
    private static final List<Trial> TRIALS = List.of(
            Trial.of(SMALL, 8, 21, SEED).binarized(Binarization.DYNAMIC),
            Trial.of(SMALL.withLikelihood(new Likelihood.GaussianFeature()).withActivation(Activation.SILU), 5, 13, SEED),
            Trial.of(SMALL.withLikelihood(new Likelihood.GaussianScalar()).withBias(false), 6, 14, SEED).clipped(0.05));

    private static CudaBackend own;
    private static CudaBackend products;
    private static CudaBackend both;

    @BeforeAll
    static void open() {
        own = Simt.open();
        products = Simt.open(CudaChoice.DEFAULT.withVendor(Set.of(Vendor.GEMM)));
        both = Simt.open(CudaChoice.DEFAULT.withVendor(Set.of(Vendor.GEMM, Vendor.NOISE)));
    }

    @AfterAll
    static void close() {
        if (both != null) { // null if the machine cannot build the device
            assertEquals(0, products.allocatedBytes(), "device memory that no executable gave back");
            List.of(own, products, both).forEach(Backend::close);
        }
    }

    private static Plan plan(Trial trial, FusionLevel level, Vendor... parts) {
        return Plan.of(trial.graph(), VendorFusion.of(CudaChoice.DEFAULT.withVendor(Set.of(parts)), level), trial.train().batchSize());
    }

    private static double[] losses(Backend backend, Trial trial, Plan plan) {
        try (Executable executable = backend.load(plan, trial.feed())) {
            trial.start(executable);
            return Trial.run(executable, 10);
        }
    }

    @Test
    void everyProduct_computesItsDefinition_inWholeAndInTailBatches() {
        for (Trial trial : TRIALS) {
            for (FusionLevel level : LEVELS) {
                Plan plan = Verifier.watched(plan(trial, level, Vendor.GEMM));
                for (long step : new long[] {1, 2}) {
                    try (Executable executable = products.load(plan, trial.feed())) {
                        Verifier.Report report = Verifier.step(executable, trial.feed(), step, trial.inputs(), Tolerance.FP32);
                        assertTrue(report.values() > 0 && report.findings().isEmpty(), () -> trial.spec() + " " + level + ": " + report.findings());
                    }
                }
            }
        }
    }

    @Test
    void losses_withVendorProductsAreThoseOfOurKernels() {
        for (Trial trial : TRIALS) {
            double[] expected = losses(own, trial, trial.plan(FusionLevel.NONE));
            for (FusionLevel level : LEVELS) {
                double[] actual = losses(products, trial, plan(trial, level, Vendor.GEMM));
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(expected[i], actual[i], 1e-4 * Math.abs(expected[i]), trial.spec() + " " + level + " value " + i);
                }
            }
        }
    }

    /// The libraries are really called, and not kernels of ours in their place.
    @Test
    void libraries_areCalledOnceForEveryProductAndForEveryNoise() {
        Trial trial = TRIALS.getFirst(); // 24 normals in a full batch, 15 in the last: an odd number needs two calls
        for (FusionLevel level : LEVELS) {
            Plan plan = plan(trial, level, Vendor.GEMM, Vendor.NOISE);
            long gemms = plan.calls().stream().filter(c -> VendorFusion.does(Vendor.GEMM).contains(c.op().kind())).count();
            assertTrue(gemms >= 14, "5 layers: " + gemms);
            try (Executable executable = both.load(plan, trial.feed())) {
                trial.start(executable);
                long calls = StandIn.count("libraryCalls");
                long launches = StandIn.count("launches");
                executable.run(0, 3, new double[0]);
                assertEquals(3 * gemms + 4, StandIn.count("libraryCalls") - calls);
                assertEquals(3 * (plan.launches() - gemms - 1), StandIn.count("launches") - launches);
            }
        }
    }

    /// At level none every op has one module; the ops that the libraries run have none.
    @Test
    void kernelsThatLibrariesStandFor_areNotLoaded() {
        Trial trial = TRIALS.getFirst();
        Plan plan = plan(trial, FusionLevel.NONE, Vendor.GEMM, Vendor.NOISE);
        Set<Kind> kinds = plan.calls().stream().map(c -> c.op().kind()).collect(Collectors.toSet());
        long ours = kinds.stream().filter(k -> !VendorFusion.does(Vendor.GEMM).contains(k) && !VendorFusion.does(Vendor.NOISE).contains(k)).count();
        assertEquals(kinds.size() - 4, ours);
        long modules = StandIn.count("modules");
        try (CudaBackend fresh = Simt.open(CudaChoice.DEFAULT.withVendor(Set.of(Vendor.GEMM, Vendor.NOISE)));
                Executable executable = fresh.load(plan, trial.feed())) {
            assertEquals(ours, StandIn.count("modules") - modules, executable.plan().launches() + " launches");
        }
    }

    @Test
    void sameRunTwice_isBitIdentical_andLevelsDrawTheSameNoise() {
        Trial trial = TRIALS.get(1);
        double[] first = losses(both, trial, plan(trial, FusionLevel.NONE, Vendor.GEMM, Vendor.NOISE));
        assertArrayEquals(first, losses(both, trial, plan(trial, FusionLevel.NONE, Vendor.GEMM, Vendor.NOISE)));
        assertArrayEquals(first, losses(both, trial, plan(trial, FusionLevel.EPILOGUE, Vendor.GEMM, Vendor.NOISE)), 1e-3);
    }

    @Test
    void noise_isCurandsStreamAtAnOffsetThatTheStepDecides() {
        Trial trial = TRIALS.get(1); // 5 rows of 3
        Feed feed = trial.feed();
        long seed = seed(feed.noise());
        for (int step : new int[] {40, 2, 0}) { // any step can be run without those before it; step 2 has 3 rows
            float[] eps = eps(trial, step);
            int rows = step % 3 == 2 ? 3 : 5;
            for (int i = 0; i < 3 * rows; i++) {
                assertEquals(normal(seed, 16L * step + i), eps[i], 2e-6, "step " + step + ", value " + i);
            }
        }
    }

    @Test
    void evaluationNoise_hasASeedOfItsOwnAndGoesByPosition() {
        Trial trial = TRIALS.get(1);
        Feed.Inference feed = new Feed.Inference(trial.examples(), 5, SEED);
        Plan plan = Verifier.watched(Plan.of(Graphs.elbo(trial.spec(), Binarization.NONE), both.fusion(), 5));
        try (Executable executable = both.load(plan, feed)) {
            trial.start(executable);
            executable.run(1, 1, new double[2]);
            float[] eps = executable.read(plan.graph().tensor("eps"));
            for (int i = 0; i < 15; i++) {
                assertEquals(normal(seed(feed.noise()), 5 * 4 + i), eps[i], 2e-6, "value " + i);
            }
        }
    }

    @Test
    void noise_isStandardNormalAndNeverRepeats() {
        Trial trial = Trial.of(VaeSpec.of(4, List.of(), 8), 64, 640, SEED);
        Set<Float> seen = new HashSet<>();
        double sum = 0;
        double squares = 0;
        int n = 0;
        for (int step = 0; step < 40; step++) {
            for (float e : eps(trial, step)) {
                seen.add(e);
                sum += e;
                squares += (double) e * e;
                n++;
            }
        }
        assertEquals(20480, n);
        assertEquals(0, sum / n, 4 / Math.sqrt(n)); // four standard deviations
        assertEquals(1, squares / n, 4 * Math.sqrt(2.0 / n));
        assertTrue(seen.size() > n - 100, "20480 floats meet by chance a few times, a repeated step hundreds: " + (n - seen.size()));
    }

    private static float[] eps(Trial trial, int step) {
        Plan plan = Verifier.watched(plan(trial, FusionLevel.EPILOGUE, Vendor.GEMM, Vendor.NOISE));
        try (Executable executable = both.load(plan, trial.feed())) {
            trial.start(executable);
            executable.run(step, 1, new double[2]);
            Tensor eps = plan.graph().tensor("eps");
            return executable.read(eps);
        }
    }

    /// The seed as [CurandNoise][dev.fusedvae.backend.cuda.lowering.CurandNoise] defines it: words of a Philox block whose last counter word is purpose and site.
    private static long seed(Stream stream) {
        int[] words = new int[4];
        Philox.words(0, 0, 0, stream.counter3(0), stream.key0(), stream.key1(), words, 0);
        return Integer.toUnsignedLong(words[0]) | (long) words[1] << 32;
    }

    /// Value `i` of cuRAND's host API, computed in double by the formula in kernels/simt/vendor/curand.cpp.
    public static double normal(long seed, long i) {
        double u = (word(seed, i & ~1) + 0.5) * 0x1p-32;
        double v = (word(seed, i | 1) + 0.5) * 0x1p-32 * 2 * Math.PI;
        return Math.sqrt(-2 * Math.log(u)) * (i % 2 == 0 ? Math.sin(v) : Math.cos(v));
    }

    public static long word(long seed, long i) {
        long quad = i / 4;
        int[] words = new int[4];
        Philox.words((int) (quad / 65536), 0, (int) (quad % 65536), 0, (int) seed, (int) (seed >>> 32), words, 0);
        return Integer.toUnsignedLong(words[(int) (i % 4)]);
    }

    @Test
    void planThatFusesAPart_isRefusedInOneSentence() {
        Trial trial = TRIALS.getFirst();
        assertEquals("vendor gemm cannot run linear_bias_act encoder.0; make the plan by VendorFusion.of(choice, level), which leaves such fusions out",
                assertThrows(BackendUnavailableException.class, () -> products.load(trial.plan(FusionLevel.EPILOGUE), trial.feed())).getMessage());
        assertEquals("vendor gemm works at fusion none or epilogue: at layer, products and noise are inside larger kernels that no vendor library has",
                assertThrows(IllegalArgumentException.class, () -> plan(trial, FusionLevel.LAYER, Vendor.GEMM)).getMessage());
    }

    @Test
    void device_saysWhichLibraryRunsWhat() {
        assertTrue(both.device().endsWith(", products by cuBLAS 12.6 (libcublas.so.12), noise by cuRAND 10.4 (libcurand.so.10)"), both.device());
        assertTrue(both.notes().getFirst().contains("launched one by one"), both.notes().toString());
        assertEquals(List.of(), own.notes());
        assertTrue(both.fusion().without().contains(Kind.REPARAM_KL) && !products.fusion().without().contains(Kind.REPARAM_KL));
    }
}
