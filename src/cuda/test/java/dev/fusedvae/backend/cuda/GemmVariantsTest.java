package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.DivergedException;
import dev.fusedvae.backend.Examples;
import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.cpu.CpuBackend;
import dev.fusedvae.backend.cuda.kernels.KernelCard;
import dev.fusedvae.backend.cuda.kernels.KernelFolder;
import dev.fusedvae.backend.cuda.kernels.KernelTree;
import dev.fusedvae.backend.cuda.kernels.KernelTree.Mutant;
import dev.fusedvae.check.Tolerance;
import dev.fusedvae.check.Trial;
import dev.fusedvae.check.Verifier;
import dev.fusedvae.graph.Tensor;
import dev.fusedvae.plan.Call;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.VaeSpec;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The variants of matrix products above 2_tiled on the SIMT device: with whole numbers they must be exact, else within their
/// tolerance. Both checks must reject mutants (variants with a planted fault).
@Tag("simt")
class GemmVariantsTest {
    private static final String ACT = "linear_bias_act";
    private static final String DATA = "linear_backward_data_act";
    private static final String WEIGHT = "linear_backward_weight_bias";
    private static final Map<String, String> CP_ASYNC = Map.of(ACT, "3_cp_async");
    private static final Map<String, String> TENSOR_CORE = Map.of(ACT, "4_tensor_core", DATA, "4_tensor_core", WEIGHT, "4_tensor_core");

    /// Batches, widths and depths of 1, 13, 207, a tile, and one more or less; rows that are aligned to 16 bytes and rows that are not.
    private static final List<Trial> TRIALS = List.of(
            trial(VaeSpec.of(207, List.of(65, 63), 13), 64),
            trial(VaeSpec.of(64, List.of(207), 13).withActivation(Activation.GELU).withLikelihood(new Likelihood.Gaussian(1)), 63).clipped(0.1),
            trial(VaeSpec.of(13, List.of(64), 1).withActivation(Activation.TANH).withBias(false), 65),
            trial(VaeSpec.of(1, List.of(1), 1), 1),
            trial(VaeSpec.of(20, List.of(68), 4), 13));

    @TempDir
    private Path folder;

    private static Trial trial(VaeSpec spec, int batch) {
        return Trial.of(spec, batch, 2 * batch, 31);
    }

    private CudaBackend open(Map<String, String> variants) {
        return KernelTree.only(folder, variants).open();
    }

    private CudaBackend open(String variant, Mutant mutant) {
        return KernelTree.only(folder, Map.of(ACT, variant)).mutated(ACT, mutant).open();
    }

    private static List<Verifier.Finding> findings(CudaBackend cuda, Trial trial, Tolerance tolerance) {
        Plan plan = Verifier.watched(trial.plan(FusionLevel.EPILOGUE));
        try (Executable executable = cuda.load(plan, trial.feed())) {
            Verifier.Report report = Verifier.step(executable, trial.feed(), 1, trial.inputs(), tolerance);
            assertTrue(report.values() > 0 && report.worst() > 0);
            return report.findings();
        }
    }

    @Test
    void cpAsync_computesItsDefinition() {
        try (CudaBackend cuda = open(CP_ASYNC)) {
            TRIALS.forEach(trial -> assertEquals(List.of(), findings(cuda, trial, Tolerance.FP32), trial.spec().toString()));
        }
    }

    @Test
    void tensorCore_computesItsDefinition() {
        try (CudaBackend cuda = open(TENSOR_CORE)) {
            TRIALS.forEach(trial -> assertEquals(List.of(), findings(cuda, trial, Tolerance.TF32X3), trial.spec().toString()));
        }
    }

    @Test
    void cpAsync_hasTheBitsOfTiled() {
        try (CudaBackend tiled = open(Map.of(ACT, "2_tiled")); CudaBackend cpAsync = open(CP_ASYNC)) {
            for (Trial trial : TRIALS) {
                Plan plan = Verifier.watched(trial.plan(FusionLevel.EPILOGUE));
                try (Executable there = tiled.load(plan, trial.feed()); Executable here = cpAsync.load(plan, trial.feed())) {
                    for (Executable e : List.of(there, here)) {
                        trial.start(e);
                        e.run(0, 2, new double[4]);
                    }
                    plan.slots().forEach(t -> assertArrayEquals(there.read(t), here.read(t), trial.spec() + " " + t));
                }
            }
        }
    }

    @Test
    void wholeNumbers_areMultipliedExactly() {
        for (Map<String, String> variants : List.of(CP_ASYNC, TENSOR_CORE)) {
            try (CudaBackend cuda = open(variants)) {
                assertEquals(Set.of(), inexact(cuda));
            }
        }
    }

    /// Examples have 13 bits and weights 2 bits, so that a single tf32 product would round the examples and their gradients, but no sum
    /// reaches 2^24. The weights of the heads are 0, so that the gradients of the encoder are 0 and thus whole numbers too. No noise is
    /// drawn.
    private static Trial wholeNumbers() {
        int batch = 64;
        VaeSpec spec = new VaeSpec(207, List.of(65), 13, List.of(65), Activation.RELU, true, new Likelihood.Gaussian(1), new Objective.Autoencoder());
        Random random = new Random(7);
        float[] values = new float[batch * spec.features()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(1 << 14) - (1 << 13);
        }
        return Trial.of(spec, batch, batch, 31).with(new Examples.Floats(values, spec.features()));
    }

    private static Map<Tensor, float[]> wholeParameters(Trial trial) {
        Random random = new Random(8);
        Map<Tensor, float[]> all = new LinkedHashMap<>();
        trial.inputs().forEach((t, values) -> {
            boolean zero = t.name().startsWith("heads.") || t.name().equals("decoder.0.weight");
            for (int i = 0; i < values.length && t.role() == Tensor.Role.PARAMETER; i++) {
                values[i] = zero ? 0 : random.nextInt(5) - 2;
            }
            all.put(t, values);
        });
        return all;
    }

    /// The titles of products whose results differ from those of the CPU path in any bit, except the sign of a zero.
    private static Set<String> inexact(CudaBackend cuda) {
        Trial trial = wholeNumbers();
        Plan plan = Verifier.watched(trial.plan(FusionLevel.EPILOGUE));
        Set<String> wrong = new HashSet<>();
        Set<String> proven = new HashSet<>();
        try (Executable here = cuda.load(plan, trial.feed()); Executable there = new CpuBackend(1).load(plan, trial.feed())) {
            for (Executable e : List.of(here, there)) {
                wholeParameters(trial).forEach(e::write);
                e.run(0, 1, new double[2]);
            }
            for (Call call : plan.calls()) {
                String op = call.title().split(" ")[0];
                for (Tensor t : TENSOR_CORE.containsKey(op) ? call.op().writes() : List.<Tensor>of()) {
                    float[] actual = here.read(t);
                    float[] expected = there.read(t);
                    for (int i = 0; i < expected.length; i++) {
                        if (actual[i] != expected[i]) {
                            wrong.add(call.title());
                        }
                        if (expected[i] != 0) {
                            proven.add(op);
                        }
                    }
                }
            }
        }
        assertEquals(TENSOR_CORE.keySet(), proven, "products of something but zeros");
        return wrong;
    }

    @Test
    void leftOutCorrection_isSeen() {
        for (String line : List.of("mma_tf32(small.at[i][j], u[i].small, v.big);", "mma_tf32(small.at[i][j], u[i].big, v.small);")) {
            try (CudaBackend cuda = open("4_tensor_core", new Mutant("mma.cuh", line, ""))) {
                assertTrue(findings(cuda, TRIALS.getLast(), Tolerance.TF32X3).stream().anyMatch(f -> f.call().title().startsWith(ACT)), line);
            }
        }
        try (CudaBackend cuda = open("4_tensor_core", new Mutant("mma.cuh", "mma_tf32(small.at[i][j], u[i].small, v.big);", ""))) {
            assertTrue(inexact(cuda).contains(ACT + " encoder.0"));
        }
    }

    @Test
    void missingWaitOrBarrier_isSeen() {
        for (Mutant mutant : List.of(new Mutant("pipeline.cuh", "cp_async_wait<STAGES - 2>();", "cp_async_wait<STAGES - 1>();"),
                new Mutant("pipeline.cuh", "        sync();", "        "), new Mutant("pipeline.cuh", "STAGES - 1 : stage - 1", "STAGES - 1 : stage"))) {
            try (CudaBackend cuda = open("3_cp_async", mutant)) {
                assertTrue(isWrong(cuda), mutant.toString());
            }
        }
    }

    /// On the SIMT device, shared memory that is read too early holds NaN, so in most cases the loss is NaN.
    private static boolean isWrong(CudaBackend cuda) {
        try {
            return !findings(cuda, TRIALS.getFirst(), Tolerance.FP32).isEmpty();
        } catch (DivergedException e) {
            return true;
        }
    }

    @Test
    void tensorCore_isNotTakenUnasked() {
        for (String op : TENSOR_CORE.keySet()) {
            List<Path> variants = new KernelFolder(KernelTree.ORIGINAL).variants(op);
            assertTrue(KernelCard.read(variants.getLast()).byNameOnly(), variants.getLast() + " is unverified on hardware");
            assertFalse(KernelCard.read(variants.getFirst()).byNameOnly());
        }
    }
}
