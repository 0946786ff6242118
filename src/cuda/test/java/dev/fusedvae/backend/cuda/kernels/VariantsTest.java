package dev.fusedvae.backend.cuda.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.Executable;
import dev.fusedvae.backend.cuda.CudaBackend;
import dev.fusedvae.backend.cuda.Simt;
import dev.fusedvae.backend.cuda.driver.Driver;
import dev.fusedvae.backend.cuda.driver.Probe;
import dev.fusedvae.check.Tolerance;
import dev.fusedvae.check.Trial;
import dev.fusedvae.check.Verifier;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.run.BackendUnavailableException;
import dev.fusedvae.run.CudaChoice;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.VaeSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The choice of the variant that a call runs on, and the results of every variant compared with the definition.
class VariantsTest {
    private static final Map<String, Long> LARGE = Map.of("B", 128L, "N", 400L, "K", 784L);
    private static final Map<String, Long> SMALL = Map.of("B", 128L, "N", 10L, "K", 784L);

    /// Sizes near a tile of 64, and far smaller ones.
    private static final List<Trial> TRIALS = List.of(
            Trial.of(VaeSpec.of(65, List.of(64, 33), 5).withActivation(Activation.TANH), 67, 130, 5),
            Trial.of(VaeSpec.of(13, List.of(7), 2).withActivation(Activation.SILU), 5, 13, 6).clipped(0.05));

    private static Variants variants(KernelFolder folder, Map<String, String> wanted) {
        return new Variants(folder, Kernels.SM_90, wanted);
    }

    private static String misuse(org.junit.jupiter.api.function.Executable action) {
        return assertThrows(IllegalArgumentException.class, action).getMessage();
    }

    private static String refusal(org.junit.jupiter.api.function.Executable action) {
        return assertThrows(BackendUnavailableException.class, action).getMessage();
    }

    @Test
    void highestNumberWhoseCardTakesTheShape_isChosen() {
        Variants all = variants(Kernels.TREE, Map.of());
        assertEquals("linear_bias_act/3_cp_async", all.choose("linear_bias_act", LARGE).name());
        assertEquals("linear_bias_act/1_naive", all.choose("linear_bias_act", SMALL).name());
        Variants asked = variants(Kernels.TREE, Map.of("linear_bias_act", "2_tiled"));
        assertEquals("linear_bias_act/2_tiled", asked.choose("linear_bias_act", SMALL).name(), "who names a variant gets it");
    }

    @Test
    void unknownNames_areRefusedWithThoseThereAre() {
        assertEquals("there is no kernel variant linear_bias_act/9_magic; those of linear_bias_act are 1_naive, 2_tiled, 3_cp_async, 4_tensor_core",
                misuse(() -> variants(Kernels.TREE, Map.of("linear_bias_act", "9_magic"))));
        assertTrue(misuse(() -> variants(Kernels.TREE, Map.of("linear_bios", "1_naive")))
                .startsWith("there is no kernel variant linear_bios/1_naive; the ops with kernels are activate, "));
    }

    @Test
    void takesLine_comparesArithmeticOnDimensionsAndArchitecture() {
        Map<String, Long> sizes = Map.of("B", 64L, "N", 12L, "arch", 90L);
        assertTrue(TakesLine.holds("B >= 64, N % 4 = 0; arch >= 90", "x/3_y", sizes));
        assertTrue(TakesLine.holds("B·N <= 768, ⌈N/8⌉ > 1, N < 13 — since below that it is slower", "x/3_y", sizes));
        assertTrue(!TakesLine.holds("B >= 64, N >= 13", "x/3_y", sizes));
        String message = assertThrows(IllegalArgumentException.class, () -> TakesLine.holds("B >= 64 or so", "x/3_y", sizes)).getMessage();
        assertEquals("the takes line of x/3_y must be conditions such as 'B >= 32', separated by commas: B >= 64 or so", message);
    }

    private static Path mine(Path folder, String op, String name) throws IOException {
        Files.createDirectories(folder.resolve(op));
        String text = Files.readString(Kernels.TREE.root().resolve("linear_bias_act/1_naive.cu"))
                .replace("linear_bias_act / 1_naive", op + " / " + name).replace("#include", "// takes   arch >= 80\n#include");
        return Files.writeString(folder.resolve(op).resolve(name + ".cu"), text);
    }

    @Test
    void kernelsOfAnotherFolder_countBesideTheBuiltIn(@TempDir Path folder) throws IOException {
        KernelCache cache = new KernelCache(folder.resolve("cache"));
        mine(folder.resolve("mine"), "linear_bias_act", "7_mine");
        KernelFolder both = Kernels.TREE.with(folder.resolve("mine"), cache);
        assertEquals("linear_bias_act/7_mine", variants(both, Map.of()).choose("linear_bias_act", SMALL).name());
        assertEquals(List.of("1_naive", "2_tiled", "3_cp_async", "4_tensor_core", "7_mine"), variants(both, Map.of()).of("linear_bias_act").stream().map(v -> v.card().variant()).toList());
        KernelSource.Variant tiled = Kernels.variant(both, "linear_bias_act/2_tiled");
        assertEquals(Images.digest(Kernels.TREE, Kernels.variant(Kernels.TREE, tiled.name()), false), Images.digest(both, tiled, false),
                "images of the built-in kernels stay good");
    }

    @Test
    void foldersThatDoNotGoTogether_areRefused(@TempDir Path folder) throws IOException {
        KernelCache cache = new KernelCache(folder.resolve("cache"));
        assertTrue(misuse(() -> Kernels.TREE.with(folder.resolve("nowhere"), cache)).endsWith("/nowhere holds no kernels; it must have files such as linear_bias_act/5_mine.cu"));
        mine(folder.resolve("twin"), "linear_bias_act", "2_tiled");
        assertTrue(misuse(() -> Kernels.TREE.with(folder.resolve("twin"), cache))
                .endsWith("linear_bias_act/2_tiled.cu is that of the built-in 2_tiled.cu; give it another, above 4 if it is to be taken first"));
        mine(folder.resolve("typo"), "linear_bias_akt", "5_mine");
        assertTrue(misuse(() -> Kernels.TREE.with(folder.resolve("typo"), cache)).contains(" has variants of linear_bias_akt, which is no op; the ops are "));
        mine(folder.resolve("header"), "linear_bias_act", "5_mine");
        Files.writeString(folder.resolve("header/linear_bias_act/body.cuh"), "");
        assertTrue(misuse(() -> Kernels.TREE.with(folder.resolve("header"), cache)).endsWith("/body.cuh has the name of a built-in file; give it another"));
        Path wrong = mine(folder.resolve("card"), "linear_bias_act", "5_mine");
        Files.move(wrong, wrong.resolveSibling("6_mine.cu"));
        assertTrue(misuse(() -> variants(Kernels.TREE.with(folder.resolve("card"), cache), Map.of()))
                .endsWith("6_mine.cu is that of linear_bias_act/5_mine; name it '// linear_bias_act / 6_mine'"));
    }

    /// Naive variants at sizes for which tiled ones are chosen, and tiled variants at sizes for which naive ones are chosen.
    @Test
    @Tag("simt")
    void everyRung_computesItsDefinition() {
        int most = 3; // tensor-core variants have a tolerance and a test of their own
        for (int rung = 0; rung < most; rung++) {
            Map<String, String> wanted = rung(rung);
            try (CudaBackend cuda = Simt.open(CudaChoice.DEFAULT.withVariants(wanted))) {
                for (Trial trial : TRIALS) {
                    Plan plan = Verifier.watched(trial.plan(FusionLevel.EPILOGUE));
                    try (Executable executable = cuda.load(plan, trial.feed())) {
                        Verifier.Report report = Verifier.step(executable, trial.feed(), 1, trial.inputs(), Tolerance.FP32);
                        assertTrue(report.values() > 0 && report.findings().isEmpty(), () -> trial.spec() + " " + wanted + ": " + report.findings());
                    }
                }
            }
        }
    }

    /// The variant at `index` of every op that has several.
    private static Map<String, String> rung(int index) {
        Map<String, String> wanted = new HashMap<>();
        for (String op : Kernels.TREE.ops()) {
            List<Path> variants = Kernels.TREE.variants(op);
            if (variants.size() > 1 && index < variants.size() && !variants.get(index).toString().contains("tensor_core")) {
                wanted.put(op, variants.get(index).getFileName().toString().replace(".cu", ""));
            }
        }
        return wanted;
    }

    @Test
    @Tag("simt")
    void variantOfAnotherFolder_runs(@TempDir Path folder) throws IOException {
        mine(folder, "linear_bias_act", "7_mine");
        CudaChoice choice = CudaChoice.DEFAULT.withKernels(folder);
        Trial trial = TRIALS.getLast();
        try (CudaBackend cuda = Simt.open(choice); Executable executable = cuda.load(Verifier.watched(trial.plan(FusionLevel.EPILOGUE)), trial.feed())) {
            assertEquals(List.of(), Verifier.step(executable, trial.feed(), 1, trial.inputs(), Tolerance.FP32).findings());
        }
    }

    @Test
    @Tag("simt")
    void imageForAnotherDevice_isRefusedWithItsName() {
        byte[] foreign = new byte[128];
        System.arraycopy(new byte[] {0x7f, 'E', 'L', 'F', 2, 1}, 0, foreign, 0, 6);
        foreign[18] = (byte) 190;
        try (CudaBackend _ = Simt.open(); Driver driver = new Driver()) {
            String message = refusal(() -> driver.module(new Images.Image(foreign, Images.Origin.KEPT, "x.cubin"), "add/1_naive"));
            assertTrue(message.startsWith("this device or driver does not take the image of kernel add/1_naive (compiled before, x.cubin): CUDA_ERROR_NO_BINARY_FOR_GPU (209); "
                    + "remove the file and start again, or update the driver"), message);
        }
    }

    @Test
    void gpuBelowComputeCapability8_isRefusedInOneSentence() {
        assertEquals("the GPU is too old for the kernels, which need compute capability 8.0 (Ampere) or newer: Tesla T4, compute capability 7.5,"
                + " driver for CUDA 12.4; use cpu, or a newer GPU", Probe.judge("sm_75", "Tesla T4, compute capability 7.5, driver for CUDA 12.4").text());
        assertTrue(Probe.judge("sm_80", "A100") instanceof Probe.Outcome.Ready);
    }
}
