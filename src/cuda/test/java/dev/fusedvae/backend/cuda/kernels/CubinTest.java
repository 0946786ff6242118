package dev.fusedvae.backend.cuda.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.run.BackendUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The properties that are read from compiled kernels, and that Java's argument structs have the sizes of the kernels' parameters.
@Tag("compile")
class CubinTest {
    private static final Pattern SAID = Pattern.compile("Compiling entry function '\\w+' for '(\\w+)'\\R.*\\R\\s*(\\d+) bytes stack frame.*\\R.*"
            + "Used (\\d+) registers(?:.*? (\\d+) bytes smem)?");

    private record Said(int registers, int sharedBytes, int stackBytes) {}

    private static Path compiled() {
        Kernels.needNvcc("reading compiled kernels");
        Path out = Path.of("target", "kernels").toAbsolutePath();
        Tool.Result built = new Tool(Kernels.TREE.root().resolve("compile.sh")).run(List.of(out.toString()));
        assertTrue(built.ok(), built::output);
        return out;
    }

    @Test
    void everyCubin_tellsWhatPtxasSaid() throws IOException {
        Path out = compiled();
        for (KernelSource.Variant variant : Kernels.variants()) {
            Map<String, Said> said = new HashMap<>();
            SAID.matcher(Files.readString(out.resolve(variant.name() + ".log"))).results().forEach(m -> said.put(m.group(1),
                    new Said(Integer.parseInt(m.group(3)), m.group(4) == null ? 0 : Integer.parseInt(m.group(4)), Integer.parseInt(m.group(2)))));
            for (String architecture : Architecture.PACKED) {
                byte[] image = Files.readAllBytes(out.resolve(variant.name() + "." + architecture + ".cubin"));
                Cubin cubin = Cubin.read(image, variant.entry());
                assertEquals(said.get(architecture), new Said(cubin.registers(), cubin.sharedBytes(), cubin.stackBytes()), variant.name() + " " + architecture);
                assertEquals(Architecture.of(architecture).number(), cubin.number(), variant.name());
            }
        }
    }

    /// A header whose struct has two more words, with its assertion changed accordingly.
    @Test
    void structThatGrewOnTheDeviceOnly_isCaught(@TempDir Path folder) throws IOException {
        Kernels.needNvcc("compiling a kernel with a wrong layout");
        KernelFolder planted = Kernels.copy(folder.resolve("kernels"));
        Path header = planted.root().resolve("common/args.cuh");
        Kernels.replace(header, "struct LinearBiasActArgs {", "struct LinearBiasActArgs {\n    const void* planted;");
        Kernels.replace(header, "ARGS_LAYOUT(LinearBiasActArgs, 7, ", "ARGS_LAYOUT(LinearBiasActArgs, 8, ");
        KernelSource.Variant variant = Kernels.variant(planted, "linear_bias_act/1_naive");
        byte[] image = images(planted, folder).of(variant).bytes();
        assertEquals("kernel linear_bias_act/1_naive takes [Parameter[ordinal=0, offset=0, size=88]] where 80 bytes are due: its op gives one LinearBiasActArgs;"
                + " make it take `const LinearBiasActArgs` of common/args.cuh",
                assertThrows(BackendUnavailableException.class, () -> Kernels.STRUCTS.check(variant, Cubin.read(image, variant.entry()))).getMessage());
    }

    private static Images images(KernelFolder kernels, Path cache) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("XDG_CACHE_HOME", cache.toString());
        return new Images(kernels, Kernels.SM_90, Packed.NOTHING, environment);
    }

    /// The argument struct of a phase has the structs of all calls in order, then an even number of words for the ends of their blocks.
    @Test
    void phase_takesTheStructsOfItsCalls(@TempDir Path folder) {
        Kernels.needNvcc("compiling a phase");
        KernelSource.Variant tiled = Kernels.variant(Kernels.TREE, "linear_bias_act/2_tiled");
        KernelSource.Variant add = Kernels.variant(Kernels.TREE, "add/1_naive");
        KernelSource phase = new KernelSource.Phase(List.of(new KernelSource.Body(tiled, "LinearBiasActArgs", 2), new KernelSource.Body(add, "AddArgs", 1)));
        Cubin cubin = Cubin.read(images(Kernels.TREE, folder).of(phase).bytes(), phase.entry());
        int bytes = Kernels.STRUCTS.named("AddArgs").bytes();
        assertEquals(List.of(new Cubin.Parameter(0, 0, 2 * 80 + bytes + 4 * 4)), cubin.parameters());
        Kernels.STRUCTS.check(phase, cubin);
        KernelSource other = new KernelSource.Phase(List.of(new KernelSource.Body(tiled, "LinearBiasActArgs", 3)));
        assertEquals("kernel phase 3xlinear_bias_act/2_tiled takes [Parameter[ordinal=0, offset=0, size=" + (176 + bytes) + "]] where 256 bytes are due: its 3 calls"
                + " give one struct; its parts must take the structs of common/args.cuh",
                assertThrows(BackendUnavailableException.class, () -> Kernels.STRUCTS.check(other, cubin)).getMessage());
    }

    @Test
    void damagedCubins_areRefusedWithTheReason() throws IOException {
        byte[] image = Files.readAllBytes(compiled().resolve("add/1_naive.sm_80.cubin"));
        assertTrue(Cubin.is(image));
        assertFalse(Cubin.is("// PTX\n.version 8.0 and so on, longer than the header of an ELF file is".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        assertEquals("the cubin holds no kernel sub; the entry point must have the op's name",
                assertThrows(IllegalArgumentException.class, () -> Cubin.read(image, "sub")).getMessage());
        List<String> messages = new ArrayList<>();
        for (int length : new int[] {0, 70, image.length / 2}) {
            messages.add(assertThrows(IllegalArgumentException.class, () -> Cubin.read(Arrays.copyOf(image, length), "add")).getMessage());
        }
        assertEquals(List.of("the image of add is no cubin; compile it with nvcc -cubin", "the cubin of add ends too early; compile it again"),
                messages.stream().distinct().toList());
    }
}
