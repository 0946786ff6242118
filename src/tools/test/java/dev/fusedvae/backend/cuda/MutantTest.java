package dev.fusedvae.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fusedvae.results.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Faults planted into the real kernels: each guard of the verifier is shown to catch one.
@Tag("simt")
class MutantTest {
    private static final int WRONG = 6;
    private static final String SHAPE = "13of17x35-21-5-11-35";

    private static final Mutant OVERRUN = new Mutant("column_sum/body.cuh", "if (column < args.n) {", "if (column <= args.n) {", "column_sum", SHAPE);

    /// A mutant, and the guards that must see it: all of them, so that a guard that goes blind shows.
    private record Planted(String fault, Mutant mutant, Set<String> guards) {}

    private static final List<Planted> PLANTED = List.of(
            new Planted("out-of-bounds index", OVERRUN, Set.of("words")),
            new Planted("missing barrier, harmless to the usual order of threads", new Mutant("common/reduce.cuh",
                    "value += warp_shuffle_xor(value, distance);\n    }\n    sync();", "value += warp_shuffle_xor(value, distance);\n    }\n", "reduce_loss",
                    "100x13-5-3-5-13"), Set.of("repeat")),
            new Planted("barrier that some threads miss", new Mutant("column_sum/body.cuh",
                    "if (args.norms != nullptr) {", "if (args.norms != nullptr && threadIdx.x < 100) {", "column_sum", SHAPE + "/gaussian-scalar/clip"), Set.of("fault")),
            new Planted("wrong pointer, input for input", new Mutant("linear/body.cuh",
                    "    const float* x = args.x + at.row * args.k;\n    const float* w = args.w + at.column * args.k;",
                    "    const float* x = args.w + at.row * args.k;\n    const float* w = args.x + at.column * args.k;", "linear", "17x17-17-17-17-17/autoencoder"),
                    Set.of("exact", "rounding")),
            new Planted("wrong pointer, input for output", new Mutant("add_bias/body.cuh", "args.y[e.index] =", "const_cast<float*>(args.a)[e.index] =", "add_bias", SHAPE),
                    Set.of("poison", "inputs")),
            new Planted("tail of the batch not masked", new Mutant("linear/body.cuh",
                    "at.row >= rows_of(args)", "at.row >= args.batch", "linear", SHAPE), Set.of("poison")),
            new Planted("last column never written", new Mutant("linear/body.cuh",
                    "at.column >= args.n)", "at.column + 1 >= args.n)", "linear", SHAPE), Set.of("poison")),
            new Planted("last slice of a product left out", new Mutant("common/gemm.cuh",
                    "k0 < depth; k0 += TK", "k0 + TK <= depth; k0 += TK", "linear_bias_act/2_tiled", SHAPE), Set.of("exact", "rounding")),
            new Planted("store of four means that reaches into the log-variances", new Mutant("output_likelihood/body.cuh",
                    "by_four(base, args.d)", "by_four(base, output_width(args))", "output_likelihood/2_tiled", "31of33x70-66-6-34-70/gaussian-feature"),
                    Set.of("rounding", "repeat")),
            new Planted("constant wrong in the fifth digit", new Mutant("common/activation.cuh",
                    "LEAKY_SLOPE = 0.01f", "LEAKY_SLOPE = 0.0100005f", "activate", SHAPE + "/leaky-relu"), Set.of("rounding")),
            new Planted("draw by the word of a neighbour", new Mutant("common/linear_sample.cuh",
                    "word_of_column(words, at.column)", "words.word[0]", "linear_bias_act_sample/1_naive", SHAPE + "/cd2"), Set.of("rounding")));

    @TempDir
    private static Path folder;

    @BeforeAll
    static void assumeSimt() {
        Assumptions.assumeTrue(Mutant.possible(), "skipped: the SIMT device needs g++ and linux on x86-64");
    }

    @TestFactory
    Stream<DynamicTest> everyGuard_catchesItsMutant() {
        return PLANTED.stream().map(planted -> dynamicTest(planted.fault(), () -> {
            Mutant mutant = planted.mutant();
            Path kernels = mutant.plant(folder.resolve("mutant" + PLANTED.indexOf(planted)).resolve("kernels"));
            Mutant.Ended ended = Mutant.verify(kernels, Map.of(), List.of(mutant.op(), "--shape", mutant.shape(), "--json"));
            assertEquals(WRONG, ended.code(), ended.out() + ended.err());
            JsonNode result = Json.parse(ended.out(), "verify --json");
            Set<String> guards = new TreeSet<>();
            result.at("/ops").forEach(op -> op.at("/defects").forEach(d -> guards.add(d.get("guard").asText())));
            assertEquals(new TreeSet<>(planted.guards()), guards, ended.out());
        }));
    }

    /// The host reads the order of the fields from the header.
    @Test
    void fieldsInAnotherOrder_areFollowed() throws Exception {
        Mutant swapped = new Mutant("common/args.cuh",
                "    const float* a;            // [B, N]\n    const float* bias;         // [N]\n    float* y;                  // [B, N]",
                "    float* y;\n    const float* bias;\n    const float* a;", "add_bias", SHAPE);
        Mutant.Ended ended = Mutant.verify(swapped.plant(folder.resolve("swapped").resolve("kernels")), Map.of(), List.of(swapped.op(), "--shape", swapped.shape()));
        assertEquals(0, ended.code(), ended.out() + ended.err());
    }

    @Test
    void theSameKernels_withoutAFaultPass() throws Exception {
        Path kernels = Mutant.copy(folder.resolve("sound").resolve("kernels"));
        for (String op : List.of("column_sum", "reduce_loss", "linear", "add_bias", "activate", "linear_bias_act/2_tiled")) {
            Mutant.Ended ended = Mutant.verify(kernels, Map.of(), List.of(op, "--shape", SHAPE + "/leaky-relu/clip", "--shape", "100x13-5-3-5-13"));
            assertEquals(0, ended.code(), ended.out() + ended.err());
        }
    }

    @Test
    void finding_namesEverythingThatRepeatsIt() throws Exception {
        Path kernels = OVERRUN.plant(folder.resolve("finding").resolve("kernels"));
        Mutant.Ended ended = Mutant.verify(kernels, Map.of(), List.of("column_sum", "--shape", SHAPE));
        String line = ended.out().lines().filter(l -> l.startsWith("words: ")).findFirst().orElseThrow(() -> new AssertionError(ended.out()));
        assertTrue(line.startsWith("words: column_sum/1_naive at " + SHAPE + " on SIMT device"), line);
        assertTrue(line.endsWith("repeat it with `FVAE_CUDA=simt fvae verify column_sum/1_naive --shape " + SHAPE + " --backend cuda`"), line);
    }
}
