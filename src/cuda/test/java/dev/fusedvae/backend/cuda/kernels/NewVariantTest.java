package dev.fusedvae.backend.cuda.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.cuda.CudaBackend;
import dev.fusedvae.backend.cuda.Simt;
import dev.fusedvae.check.OpCase;
import dev.fusedvae.check.OpSweep;
import dev.fusedvae.fuse.Fusion;
import dev.fusedvae.fuse.Kind;
import dev.fusedvae.run.CudaChoice;
import dev.fusedvae.spec.FusionLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `fvae kernels new` writes a variant that is correct as it is, before anything in it is changed.
class NewVariantTest {

    @Test
    void everyOp_givesACardOfItsOwn_andABodyThatNeedsNoOtherFile(@TempDir Path folder) throws IOException {
        KernelFolder builtIn = KernelFolder.find(KernelCache.of(Simt.ENVIRONMENT));
        for (String op : builtIn.ops()) {
            Path file = NewVariant.write(Simt.ENVIRONMENT, op, "my_idea", Optional.of(folder));
            KernelCard card = KernelCard.read(file);
            assertEquals(op + "/" + file.getFileName().toString().replace(".cu", ""), card.name());
            assertEquals(KernelFolder.number(builtIn.variants(op).getLast()) + 1, KernelFolder.number(file));
            KernelCard naive = KernelCard.read(builtIn.variants(op).getFirst());
            assertEquals(naive.lines(), card.lines(), op);
            String text = Files.readString(file);
            assertFalse(text.contains("body.cuh") || text.contains("#pragma once") || text.contains("tiled_body"), text);
            assertEquals(1, text.split("KERNEL\\(" + op + ",", -1).length - 1, text);
        }
        assertTrue(NewVariant.write(Simt.ENVIRONMENT, "add", "second", Optional.of(folder)).endsWith("3_second.cu"), "the next number counts the folder's own");
    }

    @Test
    void bodyThatSeveralOpsShare_isWrittenOutToo(@TempDir Path folder) throws IOException {
        String text = Files.readString(NewVariant.write(Simt.ENVIRONMENT, "latent_grad", "mine", Optional.of(folder)));
        assertTrue(text.contains("#include \"../common/latent_grad.cuh\"") && text.contains("through_z.add("), text);
        assertFalse(text.contains("latent_grad_rows.cuh"), text);
    }

    @Test
    @Tag("simt")
    void newVariant_isCorrectAtOnce_andBrokenOneIsCaught(@TempDir Path folder) throws IOException {
        Path file = NewVariant.write(Simt.ENVIRONMENT, "add", "mine", Optional.of(folder));
        Simt.require();
        OpSweep sweep = new OpSweep(List.of(OpCase.parse("13of17x35-21-5-11-35")), Fusion.of(FusionLevel.EPILOGUE));
        assertTrue(report(sweep, folder).passed());
        String right = Files.readString(file);
        Files.writeString(file, right.replace("args.b[e.index]", "args.b[e.index / 2]"));
        OpSweep.Report broken = report(sweep, folder);
        assertFalse(broken.passed());
        assertTrue(broken.defects().getFirst().what().contains("add wrote"), broken.defects().getFirst().toString());
    }

    @Test
    @Tag("simt")
    void sharedMemoryBeyond48KiB_isAskedFor(@TempDir Path folder) throws IOException {
        Path file = NewVariant.write(Simt.ENVIRONMENT, "add", "mine", Optional.of(folder));
        Simt.require();
        String text = Files.readString(file).replaceFirst("block 256\\n", "block 256, smem 65536 B\n")
                .replaceFirst("(?s)(KERNEL\\(.*?\\{\n)", "$1    DYN_SHARED(float, room);\n    room[16383 - threadIdx.x] = 1;\n");
        assertTrue(text.contains("smem 65536 B") && text.contains("DYN_SHARED"), text);
        Files.writeString(file, text);
        assertTrue(report(new OpSweep(List.of(OpCase.parse("13of17x35-21-5-11-35")), Fusion.of(FusionLevel.EPILOGUE)), folder).passed());
    }

    private static OpSweep.Report report(OpSweep sweep, Path folder) {
        CudaChoice choice = CudaChoice.DEFAULT.withKernels(folder).withVariants(Map.of("add", "2_mine"));
        try (CudaBackend simt = Simt.open(choice)) {
            return sweep.run(simt, Kind.ADD, "2_mine", at -> { });
        }
    }

    @Test
    void badNames_areRefusedInOneSentence(@TempDir Path folder) {
        Map<String, String> env = Simt.ENVIRONMENT;
        assertTrue(assertThrows(IllegalArgumentException.class, () -> NewVariant.write(env, "ad", "x", Optional.of(folder))).getMessage()
                .startsWith("there is no op ad with kernels; the ops are activate, "));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> NewVariant.write(env, "add", "Split-K", Optional.of(folder))).getMessage()
                .startsWith("an idea is a name of small letters"));
    }

    @Test
    void ideaThatIsTaken_isRefused_hereOrAmongTheBuiltInOnes(@TempDir Path folder) {
        Path file = NewVariant.write(Simt.ENVIRONMENT, "add", "mine", Optional.of(folder));
        assertEquals("add has a variant of that idea, " + file + "; go on there or give the new one another name",
                assertThrows(IllegalArgumentException.class, () -> NewVariant.write(Simt.ENVIRONMENT, "add", "mine", Optional.of(folder))).getMessage());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> NewVariant.write(Simt.ENVIRONMENT, "linear_bias_act", "tiled", Optional.of(folder)))
                .getMessage().contains("2_tiled.cu"));
    }
}
