package dev.fusedvae.backend.cuda.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.run.BackendUnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kernels compiled by NVIDIA's run-time compiler, if its library is on the loader's path or in the folder FVAE_NVRTC.
@Tag("compile")
class NvrtcTest {

    private static Map<String, String> withoutNvcc(Path cache) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("XDG_CACHE_HOME", cache.toString());
        environment.put("PATH", "");
        return environment;
    }

    private static void need() {
        Kernels.need(Nvrtc.find(Kernels.SM_90, System.getenv()), "compiling kernels by NVRTC needs libnvrtc.so.13 or .12, on the loader's path or in the folder "
                + Nvrtc.VARIABLE);
    }

    @Test
    void everyVariantAndAPhase_compileWithoutNvccAndWithoutToolkitHeaders(@TempDir Path cache) {
        need();
        Images images = new Images(Kernels.TREE, Kernels.SM_90, Packed.NOTHING, withoutNvcc(cache));
        for (KernelSource.Variant variant : Kernels.variants()) {
            Images.Image image = images.of(variant);
            assertEquals(Images.Origin.COMPILED, image.origin(), variant.name());
            Cubin cubin = Cubin.read(image.bytes(), variant.entry());
            Kernels.STRUCTS.check(variant, cubin);
            assertEquals(90, cubin.number());
            assertEquals(0, cubin.stackBytes(), variant.name() + " spills");
        }
        KernelSource phase = new KernelSource.Phase(List.of(
                new KernelSource.Body(Kernels.variant(Kernels.TREE, "linear_bias_act/2_tiled"), "LinearBiasActArgs", 1),
                new KernelSource.Body(Kernels.variant(Kernels.TREE, "add/1_naive"), "AddArgs", 1)));
        assertEquals(1, Cubin.read(images.of(phase).bytes(), phase.entry()).parameters().size());
        assertEquals(Images.Origin.KEPT, images.of(phase).origin());
    }

    @Test
    void messagesOfTheCompiler_areShown(@TempDir Path folder) throws IOException {
        need();
        KernelFolder planted = Kernels.copy(folder.resolve("kernels"));
        Kernels.replace(planted.root().resolve("add/body.cuh"), "args.out[", "args.nowhere[");
        Images images = new Images(planted, Kernels.SM_90, Packed.NOTHING, withoutNvcc(folder));
        String message = assertThrows(BackendUnavailableException.class, () -> images.of(Kernels.variant(planted, "add/1_naive"))).getMessage();
        assertTrue(message.startsWith("kernel add/1_naive does not compile for sm_90a; the messages of NVRTC ") && message.contains("nowhere"), message);
    }
}
