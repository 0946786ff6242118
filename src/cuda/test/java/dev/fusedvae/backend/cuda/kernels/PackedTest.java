package dev.fusedvae.backend.cuda.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.cuda.Packer;
import dev.fusedvae.backend.cuda.lowering.Launched;
import dev.fusedvae.backend.cuda.lowering.StockPhases;
import dev.fusedvae.graph.Graphs;
import dev.fusedvae.plan.Phase;
import dev.fusedvae.plan.Plan;
import dev.fusedvae.run.BackendUnavailableException;
import dev.fusedvae.spec.Activation;
import dev.fusedvae.spec.Binarization;
import dev.fusedvae.spec.FusionLevel;
import dev.fusedvae.spec.Likelihood;
import dev.fusedvae.spec.Objective;
import dev.fusedvae.spec.OptimizerSpec;
import dev.fusedvae.spec.VaeSpec;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The kernels that the build packs, and the choice of where images come from.
class PackedTest {
    private static final Path COMPILED = Path.of("target", "kernels").toAbsolutePath();

    private static Map<String, String> bare(Path cache) {
        return Map.of("XDG_CACHE_HOME", cache.toString(), "PATH", "");
    }

    /// If NVRTC is on the loader's path of this machine, it compiles the images, and errors about missing compilers cannot be tested.
    private static void needNoCompiler() {
        Kernels.need(Nvrtc.find(Kernels.SM_90, Map.of()).isEmpty() ? Optional.of(true) : Optional.empty(), "this machine has NVRTC, which always helps");
    }

    @Test
    void withoutNvcc_sourcesArePackedAndTheRefusalSaysWhatHelps(@TempDir Path folder) throws IOException {
        needNoCompiler();
        Packed packed = Packer.pack(Kernels.TREE, COMPILED, folder.resolve("packed"), bare(folder));
        assertEquals("kernels are packed as sources only, since the build found no nvcc", packed.text());
        KernelFolder unpacked = new KernelFolder(packed.unpacked(new KernelCache(folder.resolve("cache"))).orElseThrow());
        assertEquals(Kernels.TREE.ops(), unpacked.ops());
        KernelSource.Variant add = Kernels.variant(unpacked, "add/1_naive");
        assertEquals(Images.digest(Kernels.TREE, Kernels.variant(Kernels.TREE, "add/1_naive"), false), Images.digest(unpacked, add, false));
        assertEquals("there is no image of kernel add/1_naive for sm_90: kernels are packed as sources only, since the build found no nvcc, and no compiler"
                + " is here; put nvcc on the PATH, or libnvrtc.so.13 or .12 on the loader's path (or name its folder by FVAE_NVRTC), or use cpu",
                assertThrows(BackendUnavailableException.class, () -> new Images(unpacked, Kernels.SM_90, packed, bare(folder)).of(add)).getMessage());
    }

    @Test
    @Tag("compile")
    void packedImages_serveDevicesThatRunThem_andTheirSourcesOnly(@TempDir Path folder) throws IOException {
        Kernels.needNvcc("packing images of kernels");
        needNoCompiler();
        Packed packed = Packer.pack(Kernels.TREE, COMPILED, folder.resolve("packed"), System.getenv());
        assertEquals((Kernels.variants().size() + StockPhases.of(Kernels.TREE).size()) * 6, packed.entries().size());
        commonNetsNeedNoCompiler(packed, folder);
        KernelSource.Variant add = Kernels.variant(Kernels.TREE, "add/1_naive");
        Map<String, String> serves = Map.of("sm_80", "sm_80.cubin", "sm_86", "sm_80.cubin", "sm_89", "sm_80.cubin", "sm_90", "sm_90a.cubin",
                "sm_100", "sm_100.cubin", "sm_103", "sm_100.cubin", "sm_120", "sm_120.cubin", "sm_110", "compute_80.ptx");
        serves.forEach((device, ending) -> {
            Images.Image image = new Images(Kernels.TREE, Architecture.of(device), packed, bare(folder)).of(add);
            assertEquals("images/add/1_naive." + ending, image.where(), device);
            assertEquals(ending.endsWith(".ptx") ? Images.Origin.PACKED_PTX : Images.Origin.PACKED, image.origin());
            assertEquals(ending.endsWith(".cubin"), Cubin.is(image.bytes()));
        });
        KernelFolder edited = Kernels.copy(folder.resolve("edited"));
        Kernels.replace(edited.root().resolve("add/body.cuh"), "args.a[", "1 * args.a[");
        Images images = new Images(edited, Kernels.SM_90, packed, bare(folder));
        assertTrue(assertThrows(BackendUnavailableException.class, () -> images.of(Kernels.variant(edited, "add/1_naive"))).getMessage()
                .startsWith("there is no image of kernel add/1_naive for sm_90: "), "an edited source is not served by the image of another");
        assertEquals(Images.Origin.PACKED, images.of(Kernels.variant(edited, "add_bias/1_naive")).origin());
    }

    /// At level LAYER, the jar has images for all launches of these nets, on every device.
    private static void commonNetsNeedNoCompiler(Packed packed, Path cache) {
        for (Plan plan : List.of(layer(net(List.of(400), 20, List.of(400)), 128, 0), layer(net(List.of(500), 50, List.of(500)), 128, 0),
                layer(net(List.of(200, 100), 2, List.of(100, 200)), 64, 0), layer(net(List.of(2048, 1024), 128, List.of(1024, 2048)), 1024, 0),
                layer(net(List.of(512, 512, 256, 128), 16, List.of(128, 256, 512, 512)), 128, 0), layer(net(List.of(400), 20, List.of(400)), 128, 5),
                layer(net(List.of(300), 10, List.of(300)).withLikelihood(new Likelihood.GaussianScalar()), 128, 0),
                layer(net(List.of(), 20, List.of(400)), 128, 0), layer(net(List.of(400), 20, List.of()), 128, 1))) {
            for (String device : Architecture.PACKED) {
                Architecture architecture = Architecture.of(device);
                Images images = new Images(Kernels.TREE, architecture, packed, bare(cache));
                Variants variants = new Variants(Kernels.TREE, architecture, Map.of());
                for (Phase phase : plan.phases()) {
                    assertEquals(Images.Origin.PACKED, images.of(Launched.Chosen.of(phase, variants, plan.batch()).source()).origin());
                }
            }
        }
    }

    private static VaeSpec net(List<Integer> encoder, int latent, List<Integer> decoder) {
        return new VaeSpec(784, encoder, latent, decoder, Activation.RELU, true, new Likelihood.Bernoulli(), new Objective.Vae(1, 0));
    }

    private static Plan layer(VaeSpec spec, int batch, double clip) {
        OptionalDouble norm = clip > 0 ? OptionalDouble.of(clip) : OptionalDouble.empty();
        return Plan.of(Graphs.training(spec, new OptimizerSpec.Adam(1e-3), norm, Binarization.NONE), FusionLevel.LAYER, batch);
    }

    @Test
    @Tag("compile")
    void keptImage_servesWithoutACompiler(@TempDir Path folder) {
        Kernels.needNvcc("compiling a kernel once");
        needNoCompiler();
        KernelSource.Variant add = Kernels.variant(Kernels.TREE, "add/1_naive");
        Map<String, String> full = new java.util.HashMap<>(System.getenv());
        full.put("XDG_CACHE_HOME", folder.toString());
        Images.Image first = new Images(Kernels.TREE, Kernels.SM_90, Packed.NOTHING, full).of(add);
        Images.Image second = new Images(Kernels.TREE, Kernels.SM_90, Packed.NOTHING, full).of(add);
        Images.Image bare = new Images(Kernels.TREE, Kernels.SM_90, Packed.NOTHING, bare(folder)).of(add);
        assertEquals(Images.Origin.COMPILED, first.origin());
        assertEquals(Images.Origin.KEPT, second.origin());
        assertEquals(Images.Origin.KEPT, bare.origin());
        assertArrayEquals(first.bytes(), bare.bytes());
    }

    /// Packed into one jar file, as users have it.
    @Test
    void packedInAJar_isReadFromThere(@TempDir Path folder) throws IOException {
        Path packed = folder.resolve("packed");
        Packer.pack(Kernels.TREE, COMPILED, packed, bare(folder));
        Path image = packed.resolve("images/add/1_naive.sm_80.cubin");
        Files.createDirectories(image.getParent());
        Files.write(image, new byte[] {1, 2, 3});
        Files.writeString(packed.resolve(Packed.INDEX), new Packed.Entry("add/1_naive", "digest", "sm_80", "images/add/1_naive.sm_80.cubin").line(),
                StandardOpenOption.APPEND);
        Path jar = folder.resolve("with space.jar");
        try (FileSystem zip = FileSystems.newFileSystem(jar, Map.of("create", "true")); Stream<Path> files = Files.walk(packed)) {
            for (Path file : files.toList()) {
                Files.copy(file, zip.getPath("packed").resolve(packed.relativize(file).toString()));
            }
        }
        Packed read = Packed.read(URI.create("jar:" + jar.toUri() + "!/packed/" + Packed.INDEX).toURL());
        assertEquals("1 kernels are packed for sm_80", read.text());
        assertArrayEquals(new byte[] {1, 2, 3}, read.image("add/1_naive", "digest", Architecture.of("sm_86")).orElseThrow().bytes());
        assertTrue(read.image("add/1_naive", "another", Architecture.of("sm_80")).isEmpty());
        assertTrue(read.image("add/1_naive", "digest", Kernels.SM_90).isEmpty());
        KernelFolder unpacked = new KernelFolder(read.unpacked(new KernelCache(folder.resolve("cache"))).orElseThrow());
        assertEquals(Kernels.TREE.ops(), unpacked.ops());
    }

    @Test
    void damagedIndex_isRefusedWithTheLine(@TempDir Path folder) throws IOException {
        Path index = Files.writeString(folder.resolve(Packed.INDEX), "source\tcommon/args.cuh\nimage\tadd/1_naive\n");
        assertEquals("the index of packed kernels cannot be read at 'image\tadd/1_naive'; build the jar again",
                assertThrows(BackendUnavailableException.class, () -> Packed.read(index.toUri().toURL())).getMessage());
    }

    @Test
    void digest_changesWithAHeaderThatIsIncluded_andWithNoOther(@TempDir Path folder) throws IOException {
        KernelFolder copy = Kernels.copy(folder);
        KernelSource.Variant linear = Kernels.variant(copy, "linear/1_naive");
        String before = Images.digest(copy, linear, false);
        Kernels.replace(folder.resolve("common/philox.cuh"), "#pragma once", "#pragma once\n// edited");
        assertEquals(before, Images.digest(copy, linear, false));
        Kernels.replace(folder.resolve("common/reduce.cuh"), "#pragma once", "#pragma once\n// edited");
        assertTrue(!before.equals(Images.digest(copy, linear, false)));
    }
}
