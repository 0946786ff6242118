package dev.fusedvae.backend.cuda.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fusedvae.backend.cuda.CudaBackend;
import dev.fusedvae.backend.cuda.Packer;
import dev.fusedvae.rng.Binarizer;
import dev.fusedvae.rng.Normals;
import dev.fusedvae.rng.Permutation;
import dev.fusedvae.rng.Philox;
import dev.fusedvae.rng.Purpose;
import dev.fusedvae.rng.Stream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Rules for all kernel sources, checked on their text and by the compilers.
class KernelSourcesTest {
    private static final Path KERNELS = Path.of("kernels").toAbsolutePath();
    private static final List<String> CARD = List.of("shapes", "launch", "cost", "fuses", "needs");
    private static final int NAIVE_REGISTERS = 64;
    /// With so many registers and 256 threads per block, two blocks fit on a multiprocessor.
    private static final int TILED_REGISTERS = 128;
    /// The bound for latent_forward. Its 42 KB of shared memory leave room for three blocks on sm_80 and two on sm_120, so each thread
    /// may have 85 and 128 registers. It uses 70 on sm_120, 64 or fewer elsewhere.
    private static final int LATENT_REGISTERS = 80;
    private static final Stream STREAM = new Stream(77L << 32 | 1234, Purpose.TRAINING_NOISE, 3);
    private static final long STEP = 5L << 32 | 9;

    private static List<Path> files(String ending) throws IOException {
        try (var all = Files.walk(KERNELS)) {
            return all.filter(f -> f.toString().endsWith(ending) && !KERNELS.relativize(f).startsWith("simt")).sorted().toList();
        }
    }

    private static List<Path> variants() throws IOException {
        List<Path> variants = files(".cu");
        assertTrue(variants.size() >= 38, "kernels were found: " + variants.size());
        return variants;
    }

    private static String variant(Path file) {
        return file.getFileName().toString().replace(".cu", "");
    }

    /// Each dimension gets a size of its own, so that a wrong letter in a launch line gives a wrong grid.
    @Test
    void everyVariant_opensWithItsCard() throws IOException {
        Map<String, Long> sizes = Map.of("B", 130L, "N", 70L, "K", 33L, "L", 20L, "D", 784L, "count", 5000L, "blocks", 7L);
        for (Path file : variants()) {
            KernelCard card = KernelCard.read(file);
            assertEquals(file.getParent().getFileName() + "/" + variant(file), card.name());
            assertEquals(CARD, card.lines().keySet().stream().filter(key -> !key.equals("takes")).toList(), card.name());
            Map<String, Long> withArchitecture = new HashMap<>(sizes);
            withArchitecture.put("arch", 90L);
            assertTrue(card.byNameOnly() || card.takes(withArchitecture), card.name() + " takes usual sizes");
            Grid grid = card.grid(sizes);
            assertEquals(256, grid.block(), card.name());
            assertEquals(0, grid.shared(), card.name() + ": shared memory is static");
            assertTrue(Files.readString(file).contains("\nKERNEL(" + card.op() + ", "), card.name() + " names its entry point after its op");
        }
    }

    /// The budget of fusion counts with the same rows per block, and bytes that a block keeps, as the kernels.
    @Test
    void rowBlocks_areThoseThatFusionCountsOn() throws IOException {
        for (String op : List.of("latent_forward", "latent_backward")) {
            KernelCard card = KernelCard.read(KERNELS.resolve(op).resolve("1_naive.cu"));
            for (long batch : new long[] {1, CudaBackend.BUDGET.rowBlock(), CudaBackend.BUDGET.rowBlock() + 1, 1000}) {
                assertEquals(Math.ceilDiv(batch, CudaBackend.BUDGET.rowBlock()), card.grid(Map.of("B", batch)).blocks(), card.name());
            }
        }
        String rows = Files.readString(KERNELS.resolve("common/row_block.cuh"));
        assertTrue(rows.contains("ROW_BLOCK = " + CudaBackend.BUDGET.rowBlock() + ";"), rows);
        long columns = CudaBackend.BUDGET.rowBlockMemoryBytes() / (CudaBackend.BUDGET.rowBlock() * Float.BYTES);
        assertTrue(Files.readString(KERNELS.resolve("latent_forward/body.cuh")).contains("LATENT_MAX = " + columns + ";"));
    }

    /// A packed image equals the one that nvcc would compile at the first use.
    @Test
    void packedKernels_areCompiledWithTheOptionsOfFirstUse() throws IOException {
        assertTrue(Files.readString(KERNELS.resolve("compile.sh")).contains(" " + String.join(" ", Images.OPTIONS) + " "));
        String architectures = String.join(" ", all(Files.readString(KERNELS.resolve("compile.sh")), "code=\\[?(sm_\\w+)"));
        assertEquals(String.join(" ", Architecture.PACKED), architectures);
    }

    @Test
    void sharedMemory_isDeclaredThroughTheSeamOnly() throws IOException {
        Pattern forbidden = Pattern.compile("__shared__|\\basm\\b|__syncthreads|__shfl|__ballot|atomicAdd|atomicCAS|#include <");
        for (Path file : sources()) {
            if (!file.endsWith("device.cuh")) {
                Matcher found = forbidden.matcher(Files.readString(file));
                assertTrue(!found.find(), () -> file + " goes past device.cuh: " + found.group());
            }
        }
    }

    private static List<Path> sources() throws IOException {
        List<Path> all = new ArrayList<>(files(".cuh"));
        all.addAll(variants());
        return all;
    }

    /// A plain operator on floats may be contracted to an fma, so the noise uses plain operators in integer declarations only.
    @Test
    void noise_touchesFloatsByWrappersOnly() throws IOException {
        assertEquals(List.of(), bareOperators(Files.readString(KERNELS.resolve("common/normals.cuh"))));
        assertEquals(List.of("float a = b * c;", "x += y;"), bareOperators("const int32_t i = j + 1;\nfloat a = b * c; // a + b\nx += y;"));
    }

    private static List<String> bareOperators(String source) {
        Pattern operator = Pattern.compile(" [-+*/] | [-+*/]= |\\+\\+|--");
        Pattern integer = Pattern.compile("^const (u?int32_t|bool) .*");
        return source.lines().map(l -> l.replaceFirst("//.*", "").strip())
                .filter(l -> operator.matcher(l).find() && !integer.matcher(l).matches()).toList();
    }

    @Test
    @Tag("simt")
    void noise_hasTheBitsOfJava() throws IOException {
        Path binary = Path.of("target", "kernels", "noise_checksum").toAbsolutePath();
        Files.createDirectories(binary.getParent());
        Tool compiler = require("g++", "comparing the kernels' noise with Java's");
        Tool.Result built = compiler.run(List.of("-DFVAE_SIMT", "-x", "c++", "-std=c++20", "-O2", "-ffp-contract=off", "-mfma", "-o",
                binary.toString(), KERNELS.resolve("common/tests/noise_checksum.cpp").toString()));
        assertTrue(built.ok(), built::output);
        String expected = "words %016x\nnormals %2$016x\nnormals by column %2$016x\nedges %3$016x\ndraws %4$016x\norders %5$016x"
                .formatted(words(), normals(), edges(), draws(), orders());
        assertEquals(expected, new Tool(binary).run(List.of()).output().strip());
    }

    private static Tool require(String name, String what) {
        Optional<Tool> tool = Tool.find(name, System.getenv());
        String reason = "skipped: " + what + " needs " + name;
        if (tool.isEmpty()) {
            System.out.println(reason);
        }
        Assumptions.assumeTrue(tool.isPresent(), reason);
        return tool.orElseThrow();
    }

    private static int[] quad(int row, int quad) {
        int[] words = new int[4];
        Philox.words(quad, row, STREAM.counter2(STEP), STREAM.counter3(STEP), STREAM.key0(), STREAM.key1(), words, 0);
        return words;
    }

    private static long add(long sum, int bits) {
        return 31 * sum + (bits & 0xFFFFFFFFL);
    }

    private static long add(long sum, float value) {
        return add(sum, Float.floatToRawIntBits(value));
    }

    private static long words() {
        long sum = 0;
        for (int row = 0; row < 64; row++) {
            for (int q = 0; q < 4096; q++) {
                for (int word : quad(0xFFFFFFF0 + row, q)) {
                    sum = add(sum, word);
                }
            }
        }
        return sum;
    }

    private static long normals() {
        int columns = 16384;
        float[] row = new float[columns];
        long sum = 0;
        for (int r = 0; r < 64; r++) {
            Normals.block(STREAM, STEP, r, 1, columns, row, 0);
            for (float value : row) {
                sum = add(sum, value);
            }
        }
        return sum;
    }

    private static long edges() {
        float[] pair = new float[2];
        long sum = 0;
        for (int shift = 0; shift < 32; shift++) {
            for (int offset = 0; offset < 3; offset++) {
                int word = (1 << shift) + offset - 1;
                for (int x : new int[] {word, ~word}) {
                    for (int y : new int[] {x * 0x9E3779B9, x}) {
                        Normals.pair(x, y, pair, 0);
                        sum = add(add(sum, pair[0]), pair[1]);
                    }
                }
            }
        }
        return sum;
    }

    private static long draws() {
        long sum = 0;
        for (int column = 0; column < 16384; column++) {
            int word = quad(0, column / 4)[column % 4];
            float grey = (column % 1031 - 3) / 1024f;
            sum = add(sum, Binarizer.draw(word, (byte) column));
            sum = add(sum, Binarizer.draw(word, grey));
        }
        return sum;
    }

    private static long orders() {
        long sum = 0;
        for (int n : new int[] {1, 2, 5, 100, 256, 257, 1797, 65537}) {
            for (int epoch = 0; epoch < 3; epoch++) {
                Permutation order = new Permutation(STREAM.seed(), epoch, n);
                for (int position = 0; position < n; position++) {
                    sum = add(sum, order.index(position));
                }
            }
        }
        return sum;
    }

    /// Compiled files are kept in `target/kernels`; only changed kernels are compiled again.
    @Test
    @Tag("compile")
    void everyVariantAndPhase_compilesForEveryArchitectureWithoutSpills_andTakesItsStruct() throws IOException {
        require("nvcc", "compiling the kernels for GPUs");
        Path out = Path.of("target", "kernels").toAbsolutePath();
        Map<KernelSource, String> compiled = Packer.compiled(Kernels.TREE, out);
        assertTrue(compiled.keySet().stream().filter(k -> k instanceof KernelSource.Phase).count() > 20, compiled.keySet()::toString);
        for (Map.Entry<KernelSource, String> kernel : compiled.entrySet()) {
            String name = kernel.getKey().name();
            String log = Files.readString(out.resolve(kernel.getValue() + ".log"));
            assertEquals(new TreeSet<>(Architecture.PACKED), new TreeSet<>(all(log, "Compiling entry function '\\w+' for '(\\w+)'")), log);
            int budget = switch (kernel.getKey()) {
                case KernelSource.Variant variant when variant.entry().equals("latent_forward") -> LATENT_REGISTERS;
                case KernelSource.Variant variant -> variant.card().variant().equals("1_naive") ? NAIVE_REGISTERS : TILED_REGISTERS;
                case KernelSource.Phase phase -> TILED_REGISTERS;
                case KernelSource.Written other -> TILED_REGISTERS;
            };
            all(log, "Used (\\d+) registers").forEach(n -> assertTrue(Integer.parseInt(n) <= budget, name + " uses " + n + " registers, over " + budget));
            List<String> spills = all(log, "(\\d+) bytes spill");
            assertEquals(2 * Architecture.PACKED.size(), spills.size(), log);
            assertTrue(spills.stream().allMatch("0"::equals), name + " spills:\n" + log);
            for (String architecture : Architecture.PACKED) {
                Kernels.STRUCTS.check(kernel.getKey(), Cubin.read(Files.readAllBytes(out.resolve(kernel.getValue() + "." + architecture + ".cubin")), kernel.getKey().entry()));
            }
        }
    }

    private static List<String> all(String text, String pattern) {
        return Pattern.compile(pattern).matcher(text).results().map(m -> m.group(1)).toList();
    }
}
